import { type Beats, isDue } from "./beats.ts";
import type { RunPlan } from "./options.ts";
import { Recorder, type TickReport } from "./report.ts";
import { AFTER, BEGAN, ENDED, NEXT, NOW, START, TIMES } from "./times.ts";
import { EPSILON, Watch } from "./watch.ts";

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
  declare private readonly target: Beating;
  declare private readonly plan: RunPlan;
  declare private readonly watch: Watch;
  declare private readonly recorder: Recorder;
  private readonly times: Float64Array = new Float64Array(TIMES);
  /** The beat after the next: its place in its period, and how many periods after the first beat's that is. */
  declare private index: number;
  private periods = 0;
  /** In periods: the first beat's moment in its own. */
  declare private readonly firstMoment: number;
  declare private resolve: (report: TickReport) => void;
  declare private reject: (error: unknown) => void;
  private ticks = 0;
  private beats = 0;
  private missed = 0;
  private late = 0;
  /** Had the next beat's moment passed when the run was done with the one before it? */
  private isLate = false;
  /** For the clock, not for a callback's promise. */
  private isWaiting = false;
  private isStopped = false;
  private isOver = false;

  constructor(target: Beating, plan: RunPlan) {
    this.target = target;
    this.plan = plan;
    const { beat, beats, frequency } = target;
    this.index = beat % beats.count;
    this.firstMoment = beats.moments[this.index];
    const times = this.times;
    this.watch = new Watch(plan.clock, times, plan.spin);
    times[START] = times[NOW];
    const beatsInTime = (Math.floor(plan.seconds * frequency) + 1) * beats.count;
    this.recorder = new Recorder(times, Math.min(plan.beats, plan.ticks * beats.count, beatsInTime));
  }

  /** Once only. */
  run(): Promise<TickReport> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.guard(() => {
        const { signal } = this.plan;
        signal?.addEventListener("abort", this.abort);
        if (signal?.aborted === true) this.isStopped = true;
        this.aim();
        this.aim();
        if (this.isNext()) this.goOn();
        else this.finish();
      });
    });
  }

  /** Begins beats until there is something to wait for. */
  private goOn(): void {
    while (this.watch.arrives()) if (!this.begin()) return;
    this.isWaiting = true;
    this.watch.wait(this.wake);
  }

  /** One beat, at its moment. False where its promise is waited for, or it was the last. */
  private begin(): boolean {
    const times = this.times;
    this.target.advance();
    // has the time of the one after it come too?
    if (this.plan.skips && times[AFTER] - times[NOW] <= EPSILON) {
      this.missed++;
      this.watch.lookAgain();
      return this.count();
    }
    times[BEGAN] = times[NOW];
    if (this.isLate) this.late++;
    const result = this.target.call();
    if (isPromise(result)) {
      Promise.resolve(result).then(this.settled, this.fail);
      return false;
    }
    return this.called(result);
  }

  /** The callback is done. False where it was the last. */
  private called(result: unknown): boolean {
    const times = this.times;
    if (result === false) this.isStopped = true;
    this.watch.lookAgain();
    times[ENDED] = times[NOW];
    this.recorder.add(this.isFundamental());
    return this.count();
  }

  /** Counts the beat that is over, and turns to the next. Where there is none, finishes, and false. */
  private count(): boolean {
    this.beats++;
    if (this.isFundamental()) this.ticks++;
    this.aim();
    this.isLate = this.times[NOW] - this.times[NEXT] > EPSILON;
    const isNext = this.isNext();
    if (!isNext) this.finish();
    return isNext;
  }

  /** The beat after the next becomes the next. */
  private aim(): void {
    const times = this.times;
    const { beats, frequency } = this.target;
    if (++this.index === beats.count) {
      this.index = 0;
      this.periods++;
    }
    times[NEXT] = times[AFTER];
    times[AFTER] = times[START] + ((this.periods + beats.moments[this.index] - this.firstMoment) * 1000) / frequency;
  }

  private isNext(): boolean {
    const times = this.times;
    const { seconds, beats, ticks } = this.plan;
    if (this.isStopped || this.beats === beats || this.ticks === ticks) return false;
    return times[NEXT] <= times[START] + 1000 * seconds + EPSILON;
  }

  /** Is the present beat one of the fundamental? */
  private isFundamental(): boolean {
    const { beats, beat } = this.target;
    return isDue(beats, 1, beat % beats.count);
  }

  // Bound once, so that no wait makes a closure.

  private readonly wake = (): void => {
    // over, or woken a second time?
    if (!this.isWaiting) return;
    this.isWaiting = false;
    this.guard(this.awake);
  };
  private readonly awake = (): void => {
    this.watch.woken();
    this.goOn();
  };

  private readonly settled = (result: unknown): void => {
    this.guard(() => {
      if (this.called(result)) this.goOn();
    });
  };

  /** In a callback, and while its promise is waited for, the beat is finished first. */
  private readonly abort = (): void => {
    this.isStopped = true;
    if (!this.isWaiting) return;
    this.guard(() => {
      this.watch.look();
      this.finish();
    });
  };

  /** Whatever goes wrong, in a callback above all, ends the run. */
  private guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.fail(error);
    }
  }

  private readonly fail = (error: unknown): void => {
    this.reject(error);
    try {
      this.end();
    } catch {
      // the first error is what the run ends with: a second one has nowhere to go
    }
  };

  private finish(): void {
    this.end();
    const counts = { ticks: this.ticks, beats: this.beats, missed: this.missed, late: this.late };
    this.resolve(this.recorder.report({ frequency: this.target.frequency, ...counts }, this.times[NOW]));
  }

  /** Once only, though it throws what signals and clocks of others throw. */
  private end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.isWaiting = false;
    this.target.end();
    try {
      this.plan.signal?.removeEventListener("abort", this.abort);
    } finally {
      this.plan.clock.cancel();
    }
  }
}

function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
