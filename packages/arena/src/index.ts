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
 * - *tick*: one period of a frequency. Its *harmonics* are 1, 2, 3 … times that frequency, and a `TickArena` has a frame
 *   arena for each: what is allocated in harmonic k lives for so many k-ths of a period.
 * - *beat*: a moment of a period at which some harmonic rotates. `tick()` goes to the next one, `run()` keeps the time.
 *
 *     period        0 ··········· 1/3 ····· 1/2 ····· 2/3 ··········· 1
 *     harmonic 1    ├─────────────────── frame ───────────────────────┤
 *     harmonic 2    ├──────── frame ─────────┼──────── frame ─────────┤
 *     harmonic 3    ├─── frame ────┼────── frame ──────┼─── frame ────┤
 *     beat          0              1         2         3              4
 *
 * Files: `arena.ts` is the allocator, `block-map.ts` its metadata, out of band, `region.ts` and `place.ts` where it lies, and
 * `presence.ts` whether that is still there. `frame-arena.ts` stands on arenas, `tick-arena.ts` on frame arenas; in `tick/`,
 * `beats.ts` is the arithmetic, `cadence.ts` the loop in real time, `watch.ts` how it waits, `report.ts` and `series.ts` what is
 * told of it.
 *
 * To make a new strategy, copy this folder, without all that begins with `frame` or `tick`.
 */
export type { Arena as ArenaClass, ArenaOptions, ResetMode } from "./arena.ts";
export type { Checkpoint } from "./checkpoint.ts";
export { Arena, type ArenaConstructor, FrameArena, type FrameArenaConstructor } from "./constructors.ts";
export type { FrameArena as FrameArenaClass, FrameArenaOptions, FrameRef } from "./frame-arena.ts";
export type { Place } from "./place.ts";
export type { GivenMemory, OwnMemory } from "./region.ts";
export type { TickClock } from "./tick/clock.ts";
export type { RunOptions, TickArenaOptions, TickSignal } from "./tick/options.ts";
export { formatReport, type TickReport } from "./tick/report.ts";
export { TickArena } from "./tick-arena.ts";
