/**
 * # @ariax/gpu: a heap over memory that the CPU can't touch
 *
 * The memory is only a number of bytes: a GPU buffer, a file, a range of a device. Nothing is written to it, nothing is reserved in front of the
 * blocks, and it may be longer than any buffer of JavaScript. All that is known of the blocks lies in a control block, a buffer of its own.
 *
 *     control block  ┌────────┬─────────┬──────┬──────┬─────┬──────┬──────┬─────┬───
 *                    │ header │ waiting │ bins │ row  │ row │ row  │ row  │ row │ …     10 words a block or gap
 *                    └────────┴─────────┴──────┴──────┴─────┴──────┴──────┴─────┴───
 *     range          │ block        │ free   │ deferred    │ block │ free             │   up to 2⁴⁸ bytes, none of them touched
 *                    0
 *
 * - *granule*: what offsets and sizes are multiples of, 256 bytes or as you say.
 * - *handle*: what a block is known by, a number of 32 bits. An offset, or a name that survives a move.
 * - *deferred*: freed, but not before a *fence*, a number of the caller's that he says is reached.
 * - *move*: a copy that brings free parts together; the caller makes it.
 */
export { BlockMovingError, type Handle } from "./handles.ts";
export type { Move } from "./moves.ts";
export type { RangeHeapOptions } from "./options.ts";
export { RangeHeap } from "./range-heap.ts";
export type { RangeStats } from "./stats.ts";
