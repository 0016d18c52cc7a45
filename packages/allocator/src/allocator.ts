import type { Offsets } from "./offsets.ts";
import type { AllocatorStats } from "./stats.ts";
import type { Traits } from "./traits.ts";

/** A byte position in an allocator's memory: an unsigned 32-bit number. */
export type Offset = number;

/** The offset that is never a block: what `tryAllocate` returns when a block does not fit. */
export const NULL: Offset = 0;

/** What every block is aligned to where no alignment is asked for, in bytes: enough for a `Float64Array`. */
export const DEFAULT_ALIGNMENT = 8;

/** Where the bytes are. Re-read `buffer` after any call that may grow: growth can replace it. */
export interface Memory<B extends ArrayBufferLike = ArrayBufferLike> {
  readonly buffer: B;
}

/**
 * The verbs of every allocator. Preconditions, the same everywhere:
 *
 * - `size` is a whole number of bytes, from 0 to the allocator's capacity. A block of 0 bytes is a block: distinct, and to be freed.
 * - `alignment` is a power of two, at most `traits.maxAlignment`.
 * - `offset` is that of a live block. Anything else throws, and never touches another block.
 * - A call that throws has changed no block and lost no memory.
 *
 * `B` is what is known of the buffer when the program is compiled: `ArrayBuffer`, `SharedArrayBuffer`, or either. Views have it too, so
 * that TypeScript refuses to give shared memory to a web API that takes none.
 *
 * @throws `InvalidArgumentError` from any call, for an argument of another type.
 * @throws `DetachedError` from any call, once the memory is gone.
 * @throws `CorruptionError` from any call, where the memory has become too short, or is found damaged.
 * @throws `UnsupportedError` from any call, where the host lacks what it needs, or the object is frozen.
 *
 * @example
 * ```ts
 * import { type Allocator, OutOfMemoryError } from "@ariax/allocator";
 *
 * export function place(heap: Allocator, bytes: Uint8Array): number | undefined {
 *   try {
 *     const offset = heap.allocate(bytes.length);
 *     new Uint8Array(heap.memory.buffer).set(bytes, offset);
 *     return offset;
 *   } catch (error) {
 *     if (error instanceof OutOfMemoryError) return undefined; // it says how much is free
 *     throw error;
 *   }
 * }
 * ```
 */
export interface Allocator<B extends ArrayBufferLike = ArrayBufferLike> {
  /** The memory the offsets point into. */
  readonly memory: Memory<B>;
  /** What is promised beyond this interface. */
  readonly traits: Traits;

  /**
   * A new block of at least `size` bytes. Its contents are whatever lay there.
   *
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `OutOfMemoryError` where there is no room for it.
   */
  allocate(size: number, alignment?: number): Offset;
  /**
   * As `allocate`, but `NULL` where there is no room.
   *
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   */
  tryAllocate(size: number, alignment?: number): Offset;
  /**
   * Makes the block at least `size` bytes in place. Never moves; `false` means that nothing changed.
   *
   * @throws `InvalidBlockError` where no live block begins at `offset`.
   * @throws `InvalidSizeError`
   */
  resize(offset: Offset, size: number): boolean;
  /**
   * The block made at least `size` bytes, in place or elsewhere; its first min(old, new) bytes are kept. A block that moves keeps no more
   * than the default alignment.
   *
   * @throws `InvalidBlockError` where no live block begins at `offset`.
   * @throws `InvalidSizeError`
   * @throws `OutOfMemoryError` where there is no room; the old block is untouched.
   */
  reallocate(offset: Offset, size: number): Offset;
  /**
   * Ends the block's life. What is wrong is detected always and exactly, in O(1).
   *
   * @throws `DoubleFreeError` where the block at `offset` is free already.
   * @throws `InvalidFreeError` where no block begins there.
   */
  free(offset: Offset): void;
  /**
   * The usable bytes of a live block, at least what was asked for.
   *
   * @throws `InvalidBlockError` where no live block begins at `offset`.
   */
  sizeOf(offset: Offset): number;
  /**
   * As many blocks of `size` bytes as fit, up to `out.length`, their offsets written to `out`. How many were made.
   *
   * @throws `InvalidSizeError`
   */
  allocateMany(size: number, out: Offsets): number;
  /**
   * Frees the first `count` offsets, or none. They are checked as `free` checks, duplicates among them included.
   *
   * @throws `DoubleFreeError`, `InvalidFreeError` for the first bad offset.
   */
  freeMany(offsets: Offsets, count?: number): void;
  /** Ends the life of every block at once. O(pages), whatever the number of blocks. */
  reset(): void;
  /** What is held, and by whom. Counted when asked: O(pages). */
  stats(): AllocatorStats;
  /**
   * Walks every invariant.
   *
   * @throws `CorruptionError` naming the first broken one.
   */
  verify(): void;
}
