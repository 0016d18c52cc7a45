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
 * - `size` is a whole number of bytes, from 0 to the allocator's capacity. Anything else throws `InvalidSizeError`.
 *   A block of 0 bytes is a block: distinct, and to be freed.
 * - `alignment` is a power of two, at most `traits.maxAlignment`. Anything else throws `InvalidAlignmentError`.
 * - `offset` is that of a live block. Anything else throws, and never touches another block.
 * - A call that throws has changed no block and lost no memory.
 *
 * `B` is what is known of the buffer when the program is compiled: `ArrayBuffer`, `SharedArrayBuffer`, or either. Views have it too, so
 * that TypeScript refuses to give shared memory to a web API that takes none.
 */
export interface Allocator<B extends ArrayBufferLike = ArrayBufferLike> {
  /** The memory the offsets point into. */
  readonly memory: Memory<B>;
  /** What is promised beyond this interface. */
  readonly traits: Traits;

  /** A new block of at least `size` bytes. Its contents are whatever lay there. Throws `OutOfMemoryError`. */
  allocate(size: number, alignment?: number): Offset;
  /** As `allocate`, but `NULL` where it would throw `OutOfMemoryError`. */
  tryAllocate(size: number, alignment?: number): Offset;
  /** Makes the block at least `size` bytes in place. Never moves; `false` means that nothing changed. */
  resize(offset: Offset, size: number): boolean;
  /**
   * The block made at least `size` bytes, in place or elsewhere; its first min(old, new) bytes are kept. Throws
   * `OutOfMemoryError`, and then the old block is untouched. A block that moves keeps no more than the default
   * alignment.
   */
  reallocate(offset: Offset, size: number): Offset;
  /**
   * Ends the block's life. Throws `DoubleFreeError` where a block lies at `offset` that is free already, and
   * `InvalidFreeError` where no block begins. Both are detected always and exactly, in O(1).
   */
  free(offset: Offset): void;
  /** The usable bytes of a live block, at least what was asked for. */
  sizeOf(offset: Offset): number;
  /** As many blocks of `size` bytes as fit, up to `out.length`, their offsets written to `out`. How many were made. */
  allocateMany(size: number, out: Offsets): number;
  /**
   * Frees the first `count` offsets. They are checked as `free` checks, duplicates among them included; one bad
   * offset throws, and then none is freed.
   */
  freeMany(offsets: Offsets, count?: number): void;
  /** Ends the life of every block at once. O(pages), whatever the number of blocks. */
  reset(): void;
  /** What is held, and by whom. Counted when asked: O(pages). */
  stats(): AllocatorStats;
  /** Walks every invariant; throws `CorruptionError` naming the first broken one. */
  verify(): void;
}
