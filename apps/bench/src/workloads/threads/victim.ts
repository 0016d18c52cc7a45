/**
 * A thread of `stopped.ts`. Thread 0 works on; another one works until it is asked to stop, and then stops for ever, inside of a call: of a heap with a lock
 * where it holds that; of one with lanes at any access of the heap's words, plain or atomic, which is counted.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Target } from "../../subjects/target.ts";
import { type Shared, sharingOf } from "../../subjects/threads/sharings.ts";
import { xorshift } from "../../worker/loops.ts";
import { progressOf } from "./control.ts";
import { Ring } from "./ring.ts";
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
let call = 0;
const { wait, store, notify, load } = Atomics;

/** For ever, as far as anybody can tell. Sleeping, so that it takes no core from the others. */
function stop(): never {
  store(words, VICTIM.CALL, call);
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

const LIVE = 4096;
const live = new Int32Array(LIVE);
let state = 1 + thread;

/** Some operations, most of them local; of the other thread's blocks a few. */
function step(operations: number): void {
  for (let i = 0; i < operations; i += 2) {
    state = xorshift(state);
    const place = (state >>> 0) % LIVE;
    call = 2;
    if (live[place] !== 0) heap.free(live[place]! >>> 0);
    call = 1;
    // One of 256 is large, so that territories come and go.
    live[place] = heap.allocate(state >>> 24 === 0 ? 40_000 : 16 + ((state >>> 8) & 511));
    call = 0;
  }
  if (thread === 0) {
    if (ring.room === 0) return;
    ring.put(0, heap.allocate(64));
    ring.publish(1);
  } else if (ring.size > 0) {
    call = 3;
    heap.free(ring.at(0));
    call = 0;
    ring.drop(1);
  }
}

if (thread > 0) {
  if (sharing === "lanes") countAccesses(heap);
  else stopInLock(heap);
}
/** µs of processor time: of the thread alone where Node can tell, so that what else the machine does counts little. */
function micros(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { readonly user: number; readonly system: number } };
  if (threadCpuUsage === undefined) return 1000 * performance.now();
  const { user, system } = threadCpuUsage();
  return user + system;
}

parentPort!.postMessage("ready");
for (let done = 0, steps = 0; ; steps++) {
  step(thread === 0 ? 64 : 16);
  done += 64;
  if (thread === 0) {
    if ((steps & 31) !== 0) continue;
    store(control, progressOf(0), done | 0);
    store(control, progressOf(1), micros() | 0);
  } else if (left < 0 && load(words, VICTIM.STOP) === 1) left = words[VICTIM.COUNTDOWN]!;
}
