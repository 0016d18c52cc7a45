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
 * This package imports nothing. What only those need who write an allocator is in `@ariax/allocator/implement`.
 */
export { allocateMany } from "./allocate-many.ts";
export * from "./allocator.ts";
export { MAX_CAPACITY } from "./check.ts";
export { formatInDevtools } from "./devtools.ts";
export * from "./errors.ts";
export type { Offsets } from "./offsets.ts";
export { reallocate, tryReallocate } from "./reallocate.ts";
export * from "./scope.ts";
export {
  type AllocatorStats,
  type ClassStats,
  diffStats,
  formatStats,
  STAT_FIELDS,
  type StatField,
  sumStats,
} from "./stats.ts";
export type { Traits } from "./traits.ts";
export { type TypedArrayConstructor, View, view } from "./view.ts";
export type { ViewOf, ViewTypes } from "./view-types.ts";
export type { WatchedWorker } from "./worker.ts";
