/**
 * A thread of `stopped.ts`. Thread 0 works on; another one works until it is asked to stop, and then stops for ever, inside of a call: of a heap with a lock
 * where it holds that; of one with lanes at any access of the heap's words, plain or atomic, which is counted.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Target } from "../../subjects/target.ts";
import { type Shared, sharingOf } from "../../subjects/threads/sharings.ts";
import { Ring } from "./ring.ts";
import { stepOf, workOn } from "./steps.ts";
import { VICTIM } from "./stopped-words.ts";

export interface VictimData {
  readonly sharing: string;
  readonly shared: Shared;
  readonly thread: number;
  readonly words: Int32Array;
  readonly control: Int32Array;
  /** Blocks of thread 0, for the other to free. */
  readonly ring: Int32Array;
}

const { sharing, shared, thread, words, control, ring: ringWords } = workerData as VictimData;
const ring = new Ring(ringWords);
const heap = await sharingOf(sharing).attach(shared, thread);

/** The call that is being made. */
const call = new Int32Array(1);
const { wait, store, notify, load } = Atomics;

/** For ever, as far as anybody can tell. Sleeping, so that it takes no core from the others. */
function stop(): never {
  store(words, VICTIM.CALL, call[0]!);
  notify(words, VICTIM.CALL);
  for (;;) wait(words, VICTIM.NEVER, 0);
}

let left = -1;
const count = (): void => {
  if (left > 0 && --left === 0) stop();
};

/** Counts accesses of a heap with lanes: of its words, which are a proxy's then, and by `Atomics`, which knows what is behind it. */
function countAccesses(target: object): void {
  const lanes = target as { view: Int32Array; heap: { control: Int32Array } };
  const real = lanes.view;
  const proxy = new Proxy(real, {
    get(of, key) {
      count();
      return Reflect.get(of, key, of);
    },
    set(of, key, value) {
      count();
      return Reflect.set(of, key, value, of);
    },
  });
  lanes.view = proxy;
  lanes.heap.control = proxy;
  for (const name of ["load", "store", "or", "add", "exchange", "compareExchange"] as const) {
    const own = Atomics[name] as (of: Int32Array, ...rest: number[]) => number;
    const counting = (of: Int32Array, ...rest: number[]): number => {
      if (of !== proxy) return own(of, ...rest);
      count();
      return own(real, ...rest);
    };
    Object.defineProperty(Atomics, name, { value: counting });
  }
}

/** Stops where it holds the lock. */
function stopInLock(target: object): void {
  const locked = target as { heap: Target<number> };
  const inner = locked.heap;
  locked.heap = {
    allocate: (size) => (left >= 0 ? stop() : inner.allocate(size)),
    free: (offset) => (left >= 0 ? stop() : inner.free(offset)),
    reallocate: (offset, size) => inner.reallocate(offset, size),
  };
}

if (thread > 0) {
  if (sharing === "lanes") countAccesses(heap);
  else stopInLock(heap);
}
const step = stepOf({ heap, thread, ring, call });
parentPort!.postMessage("ready");
if (thread === 0) workOn(step, control);
for (;;) {
  step();
  if (left < 0 && load(words, VICTIM.STOP) === 1) left = words[VICTIM.COUNTDOWN]!;
}
