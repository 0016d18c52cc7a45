/**
 * # @ariax/arena: bump allocation
 *
 * A block begins where the last one ends, so allocating is an addition and a comparison. Memory comes back from the end:
 * by `free` of the last block, by `rewind` to a checkpoint, by `reset`.
 *
 *     ┌──────┬─────────┬─────────┬──┬─────────┬──────────────────────┐
 *     │ NULL │ block   │ (freed) │//│ last    │ not yet allocated    │      // padding for alignment
 *     └──────┴─────────┴─────────┴──┴─────────┴──────────────────────┘
 *            first                            top                    limit
 *
 * - *granule*: 8 bytes, the unit that blocks are made of.
 * - *top*: the end of the last block. All that was freed, but for the last block, lies below it until a `reset`.
 * - *checkpoint*: a moment to go back to.
 * - *frame*: the time from one `nextFrame()` to the next. A `FrameArena` has an arena for each of the last few.
 *
 * To make a new strategy, copy this folder: `arena.ts` is the allocator, `block-map.ts` its metadata, out of band.
 */
export { Arena, type ArenaOptions, type ResetMode } from "./arena.ts";
export type { Checkpoint } from "./checkpoint.ts";
export { FrameArena, type FrameArenaOptions, type FrameRef } from "./frame-arena.ts";
export type { GivenMemory } from "./region.ts";
