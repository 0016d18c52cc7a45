import type { TickClock } from "../../src/index.ts";

/** Time that stands still, but for `pass`, and for waiting. */
export class FakeClock implements TickClock {
  time = 0;
  /** What was waited for, in ms, in order. */
  readonly waits: number[] = [];
  cancelled = 0;
  /** ms that a look at the clock takes. */
  look = 0;
  /** What a wait takes instead of `ms`. */
  actual: (ms: number) => number = (ms) => ms;
  #wake: (() => void) | undefined;
  #at = 0;

  constructor(start = 0) {
    this.time = start;
  }

  now(): number {
    this.time += this.look;
    return this.time;
  }

  wake(wake: () => void, ms: number): void {
    if (this.#wake !== undefined) throw new Error("two calls are awaited");
    this.waits.push(ms);
    this.#wake = wake;
    this.#at = this.time + this.actual(ms);
  }

  cancel(): void {
    this.cancelled++;
    this.#wake = undefined;
  }

  /** Work, or anything else that takes so many ms. */
  pass(ms: number): void {
    this.time += ms;
  }

  /** Is a call awaited? */
  get isAwaited(): boolean {
    return this.#wake !== undefined;
  }

  /** Until what is waited for. */
  next(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    this.time = Math.max(this.time, this.#at);
    wake?.();
  }

  /** Lets time go on until `run` is settled. */
  async drive<T>(run: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    run.then(settled, settled);
    for (let idle = 0; !isSettled; ) {
      await Promise.resolve();
      if (this.isAwaited) idle = 0;
      else if (idle++ > 100) throw new Error("nothing is awaited, and nothing settled");
      if (this.isAwaited) this.next();
    }
    return run;
  }
}
