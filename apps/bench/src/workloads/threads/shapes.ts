/**
 * What each thread does, in steps of some ten µs. A loop is bound to its heap as those of `../../worker/loops.ts` are, and touches no block unless
 * that is what it is about.
 *
 *     own            a recorded program each, over and over
 *     xmalloc        after mimalloc-bench's: what one thread allocates, the other frees; alone, the same thread, through a queue to itself
 *     held           one allocates and writes, the other frees, each block after 16,384 others
 *     cache-scratch  after Hoard's: blocks of 8 bytes, side by side when the threads begin, freed, allocated anew, and written to
 */
import { random } from "../../base/random.ts";
import { ALLOCATE, FREE, type Program } from "../../subjects/events.ts";
import type { Target } from "../../subjects/target.ts";
import { xorshift } from "../../worker/loops.ts";
import type { Step } from "./control.ts";
import type { Ring } from "./ring.ts";

/** Events a step. */
const EVENTS = 256;

export function own(heap: Target<number>, { op, slot, size, events, slots }: Program): Step {
  const [target, ops, places, sizes] = [heap, op, slot, size];
  const live = new Int32Array(slots);
  let at = 0;
  const run = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const s = places[i]!;
      const o = ops[i]!;
      if (o === ALLOCATE) live[s] = target.allocate(sizes[i]!);
      else if (o === FREE) {
        target.free(live[s]! >>> 0);
        live[s] = 0;
      } else live[s] = target.reallocate(live[s]! >>> 0, sizes[i]!);
    }
  };
  return () => {
    const to = Math.min(events, at + EVENTS);
    run(at, to);
    const done = to - at;
    at = to;
    if (at < events) return done;
    at = 0;
    for (let s = 0; s < slots; s++) {
      if (live[s] !== 0) target.free(live[s]! >>> 0);
      live[s] = 0;
    }
    return done;
  };
}

/** Blocks that are handed over together. */
export const BATCH = 64;
/** Batches that may be on their way. */
export const QUEUE: number = 64 * BATCH;
/** Sizes are as likely as in mimalloc-bench's xmalloc-test. */
const XMALLOC_SIZES = [8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

export function xmallocSizes(seed: number): Int32Array {
  const next = random(seed);
  return Int32Array.from({ length: 1024 }, () => XMALLOC_SIZES[next(XMALLOC_SIZES.length)]!);
}

/** The queues of a thread: to itself, and from and to the other. */
export interface Queues {
  readonly own: Ring;
  readonly from: Ring;
  readonly to: Ring;
}

/** Units are blocks freed. */
export function xmalloc(heap: Target<number>, seed: number, queues: Queues): Step {
  const [target, sizes] = [heap, xmallocSizes(seed)];
  let at = 0;
  const fill = (to: Ring): void => {
    for (let i = 0; i < BATCH; i++) to.put(i, target.allocate(sizes[(at + i) & 1023]!));
    at += BATCH;
    to.publish(BATCH);
  };
  const drain = (from: Ring): void => {
    for (let i = 0; i < BATCH; i++) target.free(from.at(i));
    from.drop(BATCH);
  };
  return (threads) => {
    const from = threads === 1 ? queues.own : queues.from;
    const to = threads === 1 ? queues.own : queues.to;
    let done = 0;
    for (let i = 0; i < 4; i++) {
      if (to.room >= BATCH) fill(to);
      if (from.size < BATCH) continue;
      drain(from);
      done += BATCH;
    }
    return done;
  };
}

/** Writes to a block before it is freed. */
export const WRITES = 1000;
export const SCRATCH = 8;

/** Units are writes. `given`: a block that the first thread allocated for this one. */
export function cacheScratch(heap: Target<number>, bytes: Uint8Array, given: number): Step {
  const [target, view] = [heap, bytes];
  const write = (block: number): void => {
    for (let i = 0; i < WRITES; i++) {
      const at = block + (i & (SCRATCH - 1));
      view[at] = (view[at]! + 1) & 255;
    }
  };
  let block = given;
  return () => {
    target.free(block);
    block = target.allocate(SCRATCH);
    write(block);
    return WRITES;
  };
}

/** Blocks that the consumer keeps: what is live. */
export const DELAY = 16_384;
/** Blocks on their way to it, at most. */
export const HELD_QUEUE = 1024;
/** One block of so many is a large one. */
const LARGE_EACH = 1024;

/** The producer is thread 0. Its sizes are those of native/threads.c. Units are blocks. */
export function held(heap: Target<number>, thread: number, words: Int32Array, ring: Ring, kept: Int32Array): Step {
  let [state, at] = [1, 0];
  const produce = (): number => {
    const count = Math.min(BATCH, ring.room);
    for (let i = 0; i < count; i++) {
      state = xorshift(state);
      const size = (state >>> 0) % LARGE_EACH === 0 ? 102_400 : 16 + ((state >>> 10) % 1009);
      const block = heap.allocate(size);
      for (let w = block >>> 2; w < (block + size) >>> 2; w++) words[w] = state;
      ring.put(i, block);
    }
    ring.publish(count);
    return count;
  };
  const consume = (): number => {
    const count = Math.min(BATCH, ring.size);
    for (let i = 0; i < count; i++) {
      const old = kept[at]!;
      kept[at] = ring.at(i);
      at = (at + 1) & (DELAY - 1);
      if (old !== 0) heap.free(old >>> 0);
    }
    ring.drop(count);
    return count;
  };
  return thread === 0 ? produce : consume;
}
