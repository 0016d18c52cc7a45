/**
 * # @ariax/allocator: the contract
 *
 * - *memory*: the bytes an allocator hands out, as an `ArrayBuffer`, a `SharedArrayBuffer` or WASM memory.
 * - *offset*: a byte position in it, an unsigned 32-bit number. `NULL` is 0 and never a block.
 * - *block*: what `allocate` returns: `sizeOf(offset)` bytes from `offset` on, touched by no one else until `free`.
 * - *trait*: a promise beyond the contract, which `@ariax/conformance` reads and checks.
 *
 *     Allocator ──── memory ──▶ ┌──────┬────────────┬───────┬─────────┐
 *       allocate  → offset ───────────▶│ block      │       │ block   │ …
 *       free      ← offset      └──────┴────────────┴───────┴─────────┘
 *       stats, verify           0 = NULL            view(allocator, offset, Float64Array, n)
 *
 * This package imports nothing.
 */
export * from "./allocate-many.ts";
export * from "./allocator.ts";
export * from "./buffers.ts";
export * from "./check.ts";
export * from "./dispose.ts";
export * from "./errors.ts";
export * from "./reallocate.ts";
export * from "./scope.ts";
export * from "./show.ts";
export * from "./stats.ts";
export * from "./traits.ts";
export * from "./view.ts";
export * from "./worker.ts";
export * from "./writable.ts";
