/** What a thread, or a process, of `stopped` works at: most of its blocks are its own; a few are the other's, which it frees. */
import type { Target } from "../../subjects/target.ts";
import { xorshift } from "../../worker/loops.ts";
import { progressOf } from "./control.ts";
import type { Ring } from "./ring.ts";

/** The calls, as they are numbered. */
export const CALLS = ["", "allocate", "free", "free of another thread's block"];

const LIVE = 4096;

/** Operations of a step: each thread's is as long as may pass until it looks whether it is to do something else. */
const OPERATIONS = [64, 16] as const;

export interface Worker {
  readonly heap: Target<number>;
  /** 0 makes the blocks that the other ones free. */
  readonly thread: number;
  readonly ring: Ring;
  /** Its word 0: the call that is being made, by its number. */
  readonly call: Int32Array;
}

/** A function that does some operations; how many. */
export function stepOf({ heap, thread, ring, call }: Worker): () => number {
  const live = new Int32Array(LIVE);
  const operations = thread === 0 ? OPERATIONS[0] : OPERATIONS[1];
  let state = 1 + thread;
  return () => {
    for (let i = 0; i < operations; i += 2) {
      state = xorshift(state);
      const place = (state >>> 0) % LIVE;
      call[0] = 2;
      if (live[place] !== 0) heap.free(live[place]! >>> 0);
      call[0] = 1;
      // One of 256 is large, so that territories come and go.
      live[place] = heap.allocate(state >>> 24 === 0 ? 40_000 : 16 + ((state >>> 8) & 511));
      call[0] = 0;
    }
    if (thread === 0) {
      if (ring.room === 0) return operations;
      ring.put(0, heap.allocate(64));
      ring.publish(1);
    } else if (ring.size > 0) {
      call[0] = 3;
      heap.free(ring.at(0));
      call[0] = 0;
      ring.drop(1);
    }
    return operations;
  };
}

/** µs of processor time: of the thread alone where Node can tell, so that what else the machine does counts little. */
function micros(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { readonly user: number; readonly system: number } };
  if (threadCpuUsage === undefined) return 1000 * performance.now();
  const { user, system } = threadCpuUsage();
  return user + system;
}

/** Thread 0's work, for ever: what it has done, and how long that took it, is in two words of a control block. */
export function workOn(step: () => number, control: Int32Array): never {
  for (let done = 0, steps = 0; ; steps++) {
    done += step();
    if ((steps & 31) !== 0) continue;
    Atomics.store(control, progressOf(0), done | 0);
    Atomics.store(control, progressOf(1), micros() | 0);
  }
}
