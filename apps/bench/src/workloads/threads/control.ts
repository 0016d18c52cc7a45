/**
 * How the first thread directs the others: words that they share. A window is so many ms in which the first so many threads work, each in steps
 * of some ten µs; it ends when the first thread says so, and each thread's time is by its own clock.
 */

/** Does some units of what so many threads do at the moment; how many. */
export type Step = (threads: number) => number;

/** Words. The window: serial << 16 | first thread << 8 | behind the last, all in one, so that who looks late can't mix two of them. */
const WINDOW = 0;
const STOP = 1;
/** Threads that are done with it. */
const DONE = 2;
/** Units that a thread has done so far, as it goes: from here on, a cache line each. */
const PROGRESS = 16;
const LINE = 16;
const WORDS: number = PROGRESS + 64 * LINE;

export const progressOf = (thread: number): number => PROGRESS + LINE * thread;

/** ms and units of a thread in the window that was last. */
export interface Control {
  readonly words: Int32Array;
  readonly results: Float64Array;
}

export const makeControl = (threads: number): Control => ({
  words: new Int32Array(new SharedArrayBuffer(4 * WORDS)),
  results: new Float64Array(new SharedArrayBuffer(16 * threads)),
});

/** Steps that found nothing to do, after which a thread sleeps for so many ms. */
const [PATIENT_STEPS, IDLE] = [50, 0.05];

/**
 * In a thread: works in each window that it is in, until the thread is ended. Its time is that of the steps that did something: that there is nothing
 * to do, as the other thread has not got a core, is no allocator's affair. Waiting for a lock is within a step.
 */
export function obey({ words, results }: Control, thread: number, step: Step): never {
  for (let window = 0; ; ) {
    Atomics.wait(words, WINDOW, window);
    window = Atomics.load(words, WINDOW);
    const [first, behind] = [(window >>> 8) & 255, window & 255];
    if (thread < first || thread >= behind) continue;
    const count = behind - first;
    let [units, ms, idle] = [0, 0, 0];
    let before = performance.now();
    do {
      const done = step(count);
      const now = performance.now();
      if (done > 0) ms += now - before;
      units += done;
      idle = done > 0 ? 0 : idle + 1;
      // The other thread may need the core.
      if (idle > PATIENT_STEPS) sleep(IDLE);
      before = idle > PATIENT_STEPS ? performance.now() : now;
    } while (Atomics.load(words, STOP) === 0);
    results[2 * thread] = ms;
    results[2 * thread + 1] = units;
    Atomics.add(words, DONE, 1);
    Atomics.notify(words, DONE);
  }
}

/** ms that a thread may need to come to the end of its step: then it hangs. */
const PATIENCE = 20_000;

/** In the first thread: a window of the threads from `first` to before `last`. The ns a unit of each. Its own thread sleeps. */
export function openWindow({ words, results }: Control, first: number, behind: number, ms: number): number[] {
  Atomics.store(words, STOP, 0);
  Atomics.store(words, DONE, 0);
  const serial = (Atomics.load(words, WINDOW) >>> 16) + 1;
  Atomics.store(words, WINDOW, (serial << 16) | (first << 8) | behind);
  Atomics.notify(words, WINDOW);
  sleep(ms);
  Atomics.store(words, STOP, 1);
  for (let done = 0; (done = Atomics.load(words, DONE)) < behind - first; ) {
    if (Atomics.wait(words, DONE, done, PATIENCE) === "timed-out") throw new Error("a thread hangs in a call");
  }
  return Array.from({ length: behind - first }, (_, i) => {
    const at = 2 * (first + i);
    return results[at + 1] === 0 ? Number.POSITIVE_INFINITY : (1e6 * results[at]!) / results[at + 1]!;
  });
}

const NEVER = /* @__PURE__ */ new Int32Array(new SharedArrayBuffer(4));

/** So many ms, of this thread alone. */
export const sleep = (ms: number): void => void Atomics.wait(NEVER, 0, 0, ms);
