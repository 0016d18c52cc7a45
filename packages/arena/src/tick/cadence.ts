import { type Beats, isDue } from "./beats.ts";
import type { RunPlan } from "./options.ts";
import { Recorder, type TickReport } from "./report.ts";
import { AFTER, BEGAN, ENDED, NEXT, NOW, START, TIMES, TURNED } from "./times.ts";

/** What is kept in cadence: a tick arena, as one run of it sees it. */
export interface Beating {
  readonly frequency: number;
  readonly beats: Beats;
  /** The number of the present beat. */
  readonly beat: number;
  /** Goes on to the next beat. */
  advance(): void;
  /** The callback, at a beat that has begun. */
  call(): unknown;
  /** The run is over, in whatever way. */
  end(): void;
}

/** Milliseconds that a run can go on for before the event loop gets a turn. */
const TURN = 1;
/** What sums of doubles may be wrong by, in ms: a nanosecond early is on time. */
const EPSILON = 1e-6;

/**
 * One run. The beat that is n periods after the first one is due at
 *
 *     start + n × 1000 / frequency
 *
 * whatever became of those before it: no error adds up. Waiting is a timer until `spin` ms before that, then a look at the
 * clock, and another, until the moment has come.
 *
 *     beat                                                         next beat
 *     │ advance, callback │           timer           │    spin    │
 *     └───────────────────┴───────────────────────────┴────────────┴──▶ time
 *
 * It is no async function: it calls beats in a loop, and makes no promise but the one it returns.
 */
export class Cadence {
  readonly #target: Beating;
  readonly #plan: RunPlan;
  readonly #recorder: Recorder;
  readonly #times: Float64Array = new Float64Array(TIMES);
  /** The beat after the next: its place in its period, and how many periods after the first beat's that is. */
  #index: number;
  #periods = 0;
  /** In periods: the first beat's moment in its own. */
  readonly #firstMoment: number;
  #resolve!: (report: TickReport) => void;
  #reject!: (error: unknown) => void;
  #ticks = 0;
  #beats = 0;
  #missed = 0;
  #late = 0;
  /** Had the next beat's moment passed when the run was done with the one before it? */
  #isLate = false;
  /** For the clock, not for a callback's promise. */
  #isWaiting = false;
  #isStopped = false;
  #isOver = false;

  constructor(target: Beating, plan: RunPlan) {
    this.#target = target;
    this.#plan = plan;
    const { beat, beats, frequency } = target;
    this.#index = beat % beats.count;
    this.#firstMoment = beats.moments[this.#index];
    const times = this.#times;
    times[START] = times[NOW] = plan.clock.now();
    times[TURNED] = Number.NEGATIVE_INFINITY;
    const beatsInTime = (Math.floor(plan.seconds * frequency) + 1) * beats.count;
    this.#recorder = new Recorder(times, Math.min(plan.beats, plan.ticks * beats.count, beatsInTime));
  }

  /** Once only. */
  run(): Promise<TickReport> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#guard(() => {
        const { signal } = this.#plan;
        signal?.addEventListener("abort", this.#abort);
        if (signal?.aborted === true) this.#isStopped = true;
        this.#aim();
        this.#aim();
        if (this.#isNext()) this.#goOn();
        else this.#finish();
      });
    });
  }

  /** Begins beats until there is something to wait for. */
  #goOn(): void {
    const { clock } = this.#plan;
    const times = this.#times;
    while (this.#hasTime()) {
      while (times[NEXT] - times[NOW] > EPSILON) times[NOW] = clock.now();
      if (!this.#begin()) return;
    }
    this.#isWaiting = true;
    clock.wake(this.#wake, Math.min(Math.max(0, times[NEXT] - times[NOW] - this.#plan.spin), Number.MAX_VALUE));
  }

  /** Is it for this run, not for a timer, or the event loop? */
  #hasTime(): boolean {
    const times = this.#times;
    if (times[NEXT] - times[NOW] > this.#plan.spin + EPSILON) return false;
    // has nobody else been able to do anything, not even abort?
    return times[NOW] - times[TURNED] < TURN;
  }

  /** One beat, at its moment. False where its promise is waited for, or it was the last. */
  #begin(): boolean {
    const times = this.#times;
    const { skips, clock } = this.#plan;
    this.#target.advance();
    // has the time of the one after it come too?
    if (skips && times[AFTER] - times[NOW] <= EPSILON) {
      this.#missed++;
      times[NOW] = clock.now();
      return this.#count();
    }
    times[BEGAN] = times[NOW];
    if (this.#isLate) this.#late++;
    const result = this.#target.call();
    if (isPromise(result)) {
      Promise.resolve(result).then(this.#settled, this.#fail);
      return false;
    }
    return this.#called(result);
  }

  /** The callback is done. False where it was the last. */
  #called(result: unknown): boolean {
    const times = this.#times;
    if (result === false) this.#isStopped = true;
    times[NOW] = times[ENDED] = this.#plan.clock.now();
    this.#recorder.add(this.#isFundamental());
    return this.#count();
  }

  /** Counts the beat that is over, and turns to the next. Where there is none, finishes, and false. */
  #count(): boolean {
    this.#beats++;
    if (this.#isFundamental()) this.#ticks++;
    this.#aim();
    this.#isLate = this.#times[NOW] - this.#times[NEXT] > EPSILON;
    const isNext = this.#isNext();
    if (!isNext) this.#finish();
    return isNext;
  }

  /** The beat after the next becomes the next. */
  #aim(): void {
    const times = this.#times;
    const { beats, frequency } = this.#target;
    if (++this.#index === beats.count) {
      this.#index = 0;
      this.#periods++;
    }
    times[NEXT] = times[AFTER];
    times[AFTER] = times[START] + ((this.#periods + beats.moments[this.#index] - this.#firstMoment) * 1000) / frequency;
  }

  #isNext(): boolean {
    const times = this.#times;
    const { seconds, beats, ticks } = this.#plan;
    if (this.#isStopped || this.#beats === beats || this.#ticks === ticks) return false;
    return times[NEXT] <= times[START] + 1000 * seconds + EPSILON;
  }

  /** Is the present beat one of the fundamental? */
  #isFundamental(): boolean {
    const { beats, beat } = this.#target;
    return isDue(beats, 1, beat % beats.count);
  }

  // Bound once, so that no wait makes a closure.

  readonly #wake = (): void => {
    if (this.#isOver) return;
    this.#isWaiting = false;
    this.#guard(this.#awake);
  };
  readonly #awake = (): void => {
    this.#times[TURNED] = this.#times[NOW] = this.#plan.clock.now();
    this.#goOn();
  };

  readonly #settled = (result: unknown): void => {
    this.#guard(() => {
      if (this.#called(result)) this.#goOn();
    });
  };

  /** In a callback, and while its promise is waited for, the beat is finished first. */
  readonly #abort = (): void => {
    this.#isStopped = true;
    if (!this.#isWaiting) return;
    this.#guard(() => {
      this.#times[NOW] = this.#plan.clock.now();
      this.#finish();
    });
  };

  /** Whatever goes wrong, in a callback above all, ends the run. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #fail = (error: unknown): void => {
    this.#reject(error);
    this.#end();
  };

  #finish(): void {
    this.#end();
    const counts = { ticks: this.#ticks, beats: this.#beats, missed: this.#missed, late: this.#late };
    this.#resolve(this.#recorder.report({ frequency: this.#target.frequency, ...counts }, this.#times[NOW]));
  }

  #end(): void {
    this.#isOver = true;
    this.#isWaiting = false;
    this.#target.end();
    this.#plan.signal?.removeEventListener("abort", this.#abort);
    this.#plan.clock.cancel();
  }
}

function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
