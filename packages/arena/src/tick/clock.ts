/**
 * Where a run's time comes from, and how it waits. The platform's functions are the same in Node and in browsers; their
 * types are in libraries of TypeScript's that not every user of this package has.
 */
import { InvalidArgumentError, UnsupportedError } from "@ariax/allocator";
import { isRevoked } from "@ariax/allocator/implement";

/**
 * A source of time. With one of your own, a run is as fast as you like, and the same each time: for tests and simulations.
 */
export interface TickClock {
  /** Milliseconds since any moment, a finite number. Never goes back: where it does, it stands still for that long. */
  now(): number;
  /**
   * Calls `wake` once, and later: when `ms` have passed, or somewhat before or after. `ms` is finite; 0 asks for one turn
   * of the event loop. There is never more than one call that is awaited.
   */
  wake(wake: () => void, ms: number): void;
  /** The call that is awaited is not wanted any more, and no other will be. */
  cancel(): void;
}

declare const performance: { now(): number };
declare const setTimeout: (callback: () => void, ms: number) => unknown;
declare const clearTimeout: (timer: unknown) => void;
declare const setImmediate: ((callback: () => void) => unknown) | undefined;
declare const clearImmediate: (immediate: unknown) => void;
declare const MessageChannel: new () => { readonly port1: Port; readonly port2: Port };
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: null): void;
  close(): void;
}

/** The least that a `setTimeout` inside of a `setTimeout` takes in a browser, in ms. */
const BROWSER_TIMEOUT = 4;
/** The most that `setTimeout` takes is 2³¹ − 1 ms, 25 days; above that it does not wait at all. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** The least ms that a timer of this host really waits. */
export function leastTimeout(): number {
  return typeof setImmediate === "function" ? 1 : BROWSER_TIMEOUT;
}

/** Real time. One for each run. */
export class SystemClock implements TickClock {
  private timer: unknown;
  private immediate: unknown;
  private channel: { readonly port1: Port; readonly port2: Port } | undefined;

  /** Throws `UnsupportedError` where the host has no such functions. */
  constructor() {
    if (typeof performance === "undefined" || typeof performance.now !== "function") throw missing("performance.now");
    if (typeof setTimeout !== "function" || typeof clearTimeout !== "function") throw missing("setTimeout");
  }

  now(): number {
    return performance.now();
  }

  wake(wake: () => void, ms: number): void {
    const hasImmediate = typeof setImmediate === "function";
    if (hasImmediate && ms === 0) this.immediate = setImmediate(wake);
    // a browser's timer is too slow for it?
    else if (!hasImmediate && ms < BROWSER_TIMEOUT && typeof MessageChannel === "function") this.post(wake);
    else this.timer = setTimeout(wake, Math.min(ms, MAX_TIMEOUT));
  }

  cancel(): void {
    clearTimeout(this.timer);
    if (this.immediate !== undefined) clearImmediate(this.immediate);
    // open, it would keep a program from its end
    this.channel?.port1.close();
  }

  /** A turn of the event loop where there is no `setImmediate`: a message to oneself, which no minimum holds up. */
  private post(wake: () => void): void {
    this.channel ??= new MessageChannel();
    this.channel.port1.onmessage = wake;
    this.channel.port2.postMessage(null);
  }
}

function missing(name: string): UnsupportedError {
  return new UnsupportedError(`no ${name} here, which a run needs, unless it is given a clock`);
}

export function checkClock(clock: TickClock): TickClock {
  for (const verb of ["now", "wake", "cancel"] as const) {
    if (isRevoked(clock) || typeof clock?.[verb] !== "function")
      throw new InvalidArgumentError(`invalid clock: it has no method ${verb}`);
  }
  return clock;
}
