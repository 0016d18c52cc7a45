/**
 * # @ariax/trace: what programs ask of an allocator, as data
 *
 * - *event*: one allocate, free or reallocate.
 * - *id*: a block's number, counting allocations from 0; it keeps it when it is reallocated.
 * - *distance*: how far back an id lies from the next one: what the stored format says instead of the id.
 * - *slot*: a place for one live block, used again after its free; a replay needs one offset per slot.
 * - *trace*: events with slots resolved, as typed arrays: what is replayed, written and described.
 * - *scenario*: a trace whose events fall into steps (ticks, frames), with an owner for each block.
 *
 *     stored bytes ──readTrace──▶ ┌─ Trace ─────────────┐ ──replay────────▶ any allocator
 *     program ──────record──────▶ │ op    Uint8Array    │ ──replayChecked─▶ the same, contents checked
 *     seed ─────────workloads───▶ │ slot  Int32Array    │ ──describe──────▶ sizes, lifetimes, peak
 *     seed ─────────scenarios───▶ │ size  Int32Array    │ ──writeTrace────▶ stored bytes
 *                                 └─────────────────────┘
 *
 *     stored:  LEB128( value << 2 | operation )    0 allocate: value = size
 *                                                  1 free: value = distance
 *                                                  2 reallocate: value = distance, then LEB128( new size )
 */
export * from "./builder.ts";
export { decodeTrace, TraceDecoder, type TraceReadOptions } from "./decode.ts";
export * from "./describe.ts";
export * from "./error.ts";
export * from "./format.ts";
export * from "./programs/cache/cache.ts";
export * from "./programs/entities/entities.ts";
export * from "./programs/game/game.ts";
export * from "./programs/program.ts";
export * from "./programs/registry.ts";
export * from "./programs/staging/staging.ts";
export * from "./programs/tiles/tiles.ts";
export * from "./programs/trees/trees.ts";
export * from "./random.ts";
export * from "./read.ts";
export * from "./record.ts";
export { freeLive, type ReplayOptions, type ReplaySummary, type ReplayTarget, replay, replayLoop } from "./replay.ts";
export * from "./replay-checked.ts";
export * from "./scenarios/components.ts";
export * from "./scenarios/describe-scenario.ts";
export * from "./scenarios/game-frame.ts";
export * from "./scenarios/registry.ts";
export * from "./scenarios/scenario.ts";
export * from "./scenarios/serving.ts";
export * from "./scenarios/states.ts";
export * from "./scenarios/tick.ts";
export type { ByteStream, TraceSource } from "./source.ts";
export type { Spread } from "./spread.ts";
export type { Touchable } from "./touch.ts";
export * from "./trace.ts";
export * from "./workloads/alloc-test.ts";
export * from "./workloads/checkerboard.ts";
export * from "./workloads/fleet.ts";
export * from "./workloads/glibc-simple.ts";
export * from "./workloads/glibc-thread.ts";
export * from "./workloads/grow-by-one.ts";
export * from "./workloads/larson.ts";
export * from "./workloads/malloc-large.ts";
export * from "./workloads/mstress.ts";
export type { WorkloadOptions } from "./workloads/options.ts";
export * from "./workloads/pinned.ts";
export * from "./workloads/rbstress.ts";
export * from "./workloads/registry.ts";
export * from "./workloads/reverse-free.ts";
export * from "./workloads/rptest.ts";
export * from "./workloads/sawtooth.ts";
export * from "./workloads/xmalloc.ts";
export * from "./write.ts";
