import type { Allocator, Offset } from "@ariax/allocator";
import { checkBoolean, checkInteger, isRefusal, readOptions } from "@ariax/allocator/implement";
import { newArray } from "./arrays.ts";
import { checkArray, checkMethods, checkTrace } from "./check.ts";
import { FirstWords, type Touchable } from "./touch.ts";
import { ALLOCATE, FREE, REALLOCATE, type Trace } from "./trace.ts";

/** The three verbs that a replay needs: any `Allocator` has them, and a rival's adapter is quickly written. */
export type ReplayTarget = Pick<Allocator, "tryAllocate" | "free" | "reallocate"> & Touchable;

export interface ReplayOptions {
  /**
   * Touches the blocks, as programs do: the first word of each is written when it is made and when it was reallocated, and
   * read before it is reallocated or freed, and at the end of the trace (of a block of less than 4 bytes, its first byte).
   * Throws `CorruptionError` where something else is read than was written, and `InvalidArgumentError` where `target` has no
   * memory. Costs what a program pays too, a cache miss where the block is cold, and a byte per slot.
   */
  touch?: boolean | undefined;
}

/** What a replay did. Where nothing failed these are the trace's own numbers. */
export interface ReplaySummary {
  readonly events: number;
  readonly allocations: number;
  readonly frees: number;
  readonly reallocations: number;
  /** Allocations and reallocations that found no room. */
  readonly failures: number;
  /** Events of a block that was never made: they are left out. */
  readonly skipped: number;
  /** The most bytes asked for and live at once. */
  readonly peakBytes: number;
  readonly peakBlocks: number;
}

/**
 * Runs every event of `trace` on `target`. An allocation that finds no room is counted, and the later events of its
 * block are left out; a reallocation that finds no room leaves the block as it was.
 *
 * With `live`, of at least `trace.slots` elements, what the trace leaves live stays live, and its offsets are there by
 * slot (0 = no block). Without, it is freed. Cost: a few ns an event, and the allocator's
 * own time.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `DetachedError` once the memory is gone.
 * @throws `CorruptionError` where what is there is damaged.
 */
export function replay(
  trace: Trace,
  target: ReplayTarget,
  live?: Uint32Array,
  options: ReplayOptions = {},
): ReplaySummary {
  const read = checkTrace(trace);
  const offsets = live === undefined ? newArray(Uint32Array, read.slots) : live;
  const refused = replayLoop(read, target, offsets, options);
  if (live === undefined) freeLive(target, offsets);
  return summarise(read, refused);
}

/**
 * The loop of `replay` alone, for measuring: no garbage, and nothing is counted on the way but what found no room.
 * Returns the numbers of those events. One allocator per process, or V8 gives up inlining its calls.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `DetachedError` once the memory is gone.
 * @throws `CorruptionError` where what is there is damaged.
 */
export function replayLoop(
  trace: Trace,
  target: ReplayTarget,
  live: Uint32Array,
  options: ReplayOptions = {},
): readonly number[] {
  const { touch = false } = readOptions<ReplayOptions>(options, ["touch"]);
  const { op, slot, size, events, slots } = checkTrace(trace);
  const refused: number[] = [];
  checkTarget(target);
  const first = checkBoolean("touch", touch) ? new FirstWords(target, slots) : undefined;
  clear(live, slots);
  let e = 0;
  // What the handler catches is rare, and the loop goes on behind it.
  // tried: the loop without handler and without the test for blocks never made; measured: no difference beyond noise.
  while (e < events) {
    try {
      for (; e < events; e++) {
        const s = slot[e];
        const what = op[e];
        if (what === ALLOCATE) {
          if ((live[s] = target.tryAllocate(size[e])) === 0) refused.push(e);
          else first?.write(s, live[s], size[e]);
        } else if (live[s] === 0) {
          // The block was never made.
        } else if (what === FREE) {
          first?.check(e, s, live[s]);
          target.free(live[s]);
          live[s] = 0;
        } else {
          first?.check(e, s, live[s]);
          live[s] = target.reallocate(live[s], size[e]);
          first?.resized(e, s, live[s], size[e]);
        }
      }
    } catch (error) {
      if (!isRefusal(error) || op[e] === FREE) throw error;
      refused.push(e++);
    }
  }
  if (first !== undefined) for (let s = 0; s < slots; s++) if (live[s] !== 0) first.check(events, s, live[s]);
  return refused;
}

/** `target`, if it has the three verbs; else throws `InvalidArgumentError`. */
function checkTarget(target: ReplayTarget): ReplayTarget {
  return checkMethods("allocator", target, ["tryAllocate", "free", "reallocate"]);
}

/** Sets the first `slots` offsets to 0; throws `InvalidArgumentError` where there are fewer, or it is no `Uint32Array`. */
export function clear(live: Uint32Array, slots: number): void {
  checkArray("live", live, "Uint32Array");
  checkInteger("live.length", live.length, slots, 0xffffffff);
  live.fill(0, 0, slots);
}

/**
 * Frees every block in `live`, and sets it to 0. O(slots).
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function freeLive(target: Pick<ReplayTarget, "free">, live: Uint32Array): void {
  checkMethods("allocator", target, ["free"]);
  checkArray("live", live, "Uint32Array");
  for (let s = 0; s < live.length; s++) {
    const offset: Offset = live[s];
    if (offset === 0) continue;
    target.free(offset);
    live[s] = 0;
  }
}

/** What came of a replay in which the events numbered `refused` (ascending) found no room. O(1) if there are none. */
export function summarise(trace: Trace, refused: readonly number[]): ReplaySummary {
  const { events, allocations, frees, reallocations, peakBytes, slots } = trace;
  if (refused.length === 0) {
    return { events, allocations, frees, reallocations, failures: 0, skipped: 0, peakBytes, peakBlocks: slots };
  }
  const done = [0, 0, 0];
  const bytesOf = newArray(Float64Array, slots).fill(NEVER_MADE);
  let [bytes, blocks, mostBytes, mostBlocks, skipped, next] = [0, 0, 0, 0, 0, 0];
  for (let e = 0; e < events; e++) {
    const what = trace.op[e];
    const s = trace.slot[e];
    // Refused?
    if (e === refused[next]) {
      next++;
      if (what === ALLOCATE) bytesOf[s] = NEVER_MADE;
      continue;
    }
    if (what !== ALLOCATE && bytesOf[s] === NEVER_MADE) {
      skipped++;
      continue;
    }
    if (what !== ALLOCATE) bytes -= bytesOf[s];
    if (what !== REALLOCATE) blocks += what === ALLOCATE ? 1 : -1;
    bytes += trace.size[e];
    bytesOf[s] = trace.size[e];
    done[what]++;
    mostBytes = Math.max(mostBytes, bytes);
    mostBlocks = Math.max(mostBlocks, blocks);
  }
  return {
    events,
    allocations: done[ALLOCATE],
    frees: done[FREE],
    reallocations: done[REALLOCATE],
    failures: refused.length,
    skipped,
    peakBytes: mostBytes,
    peakBlocks: mostBlocks,
  };
}

const NEVER_MADE = -1;
