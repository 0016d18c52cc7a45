/**
 * How a run knows the time, and waits for it: a timer until `spin` ms before the next beat, then a look at the clock, and
 * another, until the moment has come.
 *
 * No clock is trusted to move. Looks are counted: after `LOOKS` of them everybody else has a turn, and where all of them saw
 * the same time, the rest is left to a timer, as if there were no spin. That is enough for fake timers, which move their clock
 * when they fire. Where timers fire and the clock does not move, the run ends with an error.
 */
import { InvalidArgumentError, UnsupportedError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";
import { leastTimeout, type TickClock } from "./clock.ts";
import { NEXT, NOW, TURNED } from "./times.ts";

/** Milliseconds that a run can go on for before the event loop gets a turn. */
const TURN = 1;
/** What sums of doubles may be wrong by, in ms: a nanosecond early is on time. */
export const EPSILON = 1e-6;
/** Some ms of looking: clocks that move by a whole millisecond, as browsers' do, are not still yet. */
const LOOKS = 100_000;
/** As many, after a spin that saw a clock stand still. */
const GLANCES = 100;
/** Beats in a turn that the clock may not move at: there may be as many of them as it once jumped over. */
const BEATS = 100;
/** Timers in a row that fire while the clock does not move, and it stands still: about a second, four in a browser. */
const POLLS = 1000;

export class Watch {
  declare private readonly clock: TickClock;
  declare private readonly times: Float64Array;
  declare private readonly spin: number;
  /** Looks since the last turn, and how many there may be. */
  private looks = 0;
  private patience = LOOKS;
  /** Beats since the last turn at which the clock stood still. */
  private beats = 0;
  /** How many timers in a row have fired while the clock stood still. */
  private idle = 0;
  /** Was it a timer that was asked for last, and no mere turn? */
  private isTimed = false;
  /** Is the clock's `wake` being called? */
  private isAsking = false;

  /** `times`: those of the run, see `times.ts`; NOW is set. */
  constructor(clock: TickClock, times: Float64Array, spin: number) {
    this.clock = clock;
    this.times = times;
    this.spin = spin;
    times[TURNED] = times[NOW] = Number.NEGATIVE_INFINITY;
    this.look();
  }

  /** What the clock says becomes NOW. Where it goes back, it stands still. */
  look(): void {
    const now = this.clock.now();
    if (!Number.isFinite(now)) throw new InvalidArgumentError(`invalid clock: now() is ${show(now)}, no finite number`);
    if (now > this.times[NOW]) this.times[NOW] = now;
  }

  /** As `look`, after a beat. */
  lookAgain(): void {
    const before = this.times[NOW];
    this.look();
    if (this.times[NOW] === before) this.beats++;
  }

  /** Looks until the next beat's moment has come: true. False where it is for a timer, or the event loop, to wait. */
  arrives(): boolean {
    const times = this.times;
    if (times[NEXT] - times[NOW] > this.spin + EPSILON) return false;
    // has nobody else been able to do anything, not even abort?
    if (times[NOW] - times[TURNED] >= TURN || this.beats >= BEATS) return false;
    while (times[NEXT] - times[NOW] > EPSILON) {
      if (this.looks++ >= this.patience) return false;
      this.look();
    }
    return true;
  }

  /** Has the clock call `wake` when there is something to look for. */
  wait(wake: () => void): void {
    const times = this.times;
    const isStill = times[NOW] === times[TURNED];
    if (!isStill) this.idle = 0;
    let ms = times[NEXT] - times[NOW] - this.spin;
    // looked in vain?
    if (this.looks > this.patience) {
      if (isStill) ms += this.spin;
      this.patience = isStill ? GLANCES : LOOKS;
    }
    this.isTimed = ms > 0;
    this.isAsking = true;
    if (this.isTimed && this.idle > 0) ms = leastTimeout();
    this.clock.wake(wake, Math.min(Math.max(0, ms), Number.MAX_VALUE));
    this.isAsking = false;
  }

  /** A turn of the event loop is over, or a timer. */
  woken(): void {
    if (this.isAsking) throw new InvalidArgumentError("invalid clock: wake() called at once, not later");
    const times = this.times;
    const before = times[NOW];
    this.look();
    times[TURNED] = times[NOW];
    this.looks = this.beats = 0;
    // moved, or busy with beats whose time has come?
    if (times[NOW] !== before || times[NEXT] - times[NOW] <= EPSILON) this.idle = 0;
    else if (this.isTimed && ++this.idle > POLLS) {
      throw new UnsupportedError(`a clock that stands still: at ${times[NOW]} ms, while ${POLLS} timers have fired`);
    }
  }
}
