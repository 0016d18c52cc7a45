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

export interface Control {
  readonly words: Int32Array;
  /** Of each thread in its last window: when it began and ended, in ns of a clock that all have; its units; ns of the steps that did some. */
  readonly results: Float64Array;
}
const RESULTS = 4;

export const makeControl = (threads: number): Control => ({
  words: new Int32Array(new SharedArrayBuffer(4 * WORDS)),
  results: new Float64Array(new SharedArrayBuffer(8 * RESULTS * threads)),
});

/** After so many steps that found nothing to do a thread lets others have the core, for so many ms. */
const [PATIENT_STEPS, IDLE] = [100, 0.02];

/** In a thread: works in each window that it is in, until the thread is ended. */
export function obey({ words, results }: Control, thread: number, step: Step): never {
  for (let window = 0; ; ) {
    Atomics.wait(words, WINDOW, window);
    window = Atomics.load(words, WINDOW);
    const [first, behind] = [(window >>> 8) & 255, window & 255];
    if (thread < first || thread >= behind) continue;
    const count = behind - first;
    let [units, idle, busy] = [0, 0, 0];
    const begin = now();
    for (let before = performance.now(); ; ) {
      const done = step(count);
      const after = performance.now();
      if (done > 0) busy += after - before;
      before = after;
      units += done;
      if (Atomics.load(words, STOP) !== 0) break;
      idle = done > 0 ? 0 : idle + 1;
      if (idle <= PATIENT_STEPS) continue;
      sleep(IDLE);
      before = performance.now();
    }
    results.set([begin, now(), units, 1e6 * busy], RESULTS * thread);
    Atomics.add(words, DONE, 1);
    Atomics.notify(words, DONE);
  }
}

/** ns, of a clock that all threads have. */
const now = (): number => Number(process.hrtime.bigint());

/** ms that a thread may need to come to the end of its step: then it hangs. */
const PATIENCE = 20_000;

/**
 * What a window's time is. `wall`: from when the first of its threads began until the last ended; that one had no core counts too, else locks would look best
 * where nobody wants them. `busy`: of the steps that did something; that a queue was empty, as its other end had no core, is no allocator's affair.
 */
export type TimeBy = "wall" | "busy";

/** In the first thread, which sleeps meanwhile: a window of the threads from `first` to before `behind`. The ns a unit of each. */
export function openWindow(
  { words, results }: Control,
  first: number,
  behind: number,
  ms: number,
  by: TimeBy = "wall",
): number[] {
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
  const threads = Array.from({ length: behind - first }, (_, i) =>
    results.subarray(RESULTS * (first + i), RESULTS * (first + i + 1)),
  );
  const ns = Math.max(...threads.map(([, end]) => end!)) - Math.min(...threads.map(([begin]) => begin!));
  // Of one that did nothing at all: as much as JSON can say.
  return threads.map(([, , units, busy]) => (units === 0 ? 1e12 : (by === "wall" ? ns : busy!) / units!));
}

/** Units that a thread did in its last window. */
export const unitsOf = ({ results }: Control, thread: number): number => results[RESULTS * thread + 2]!;

const NEVER = /* @__PURE__ */ new Int32Array(new SharedArrayBuffer(4));

/** So many ms, of this thread alone. */
export const sleep = (ms: number): void => void Atomics.wait(NEVER, 0, 0, ms);
