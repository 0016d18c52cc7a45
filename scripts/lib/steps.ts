/**
 * Calls on shared memory, done access by access: stopped at any of them, gone on with, or never, and so as threads interleave, or die.
 *
 * A JavaScript call can't be suspended. But it can be done again: what its accesses returned so far is kept, and given to it as it was,
 * with no access to memory; from where that ends it goes on for real. For that its memory must be a `stepped` view, and `Atomics` ours.
 */

/** Thrown into a call at the access where it is stopped. */
class Stopped extends Error {}

const raws = new WeakMap<object, Int32Array>();
let current: Call | undefined;

/** A view of `array` in which each access is one step of the call that is running. */
export function stepped(array: Int32Array): Int32Array {
  const view = new Proxy(array, {
    get: (target, key) => {
      const isElement = typeof key === "string" && /^\d+$/.test(key);
      if (isElement) return step(() => target[Number(key)]);
      const value = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
    set: (target, key, value) => step(() => Reflect.set(target, key, value, target)) as boolean,
  });
  raws.set(view, array);
  return view;
}

/** Makes each call of `Atomics` a step; what is returned undoes it. */
export function stepAtomics(): () => void {
  const names = ["load", "store", "add", "and", "or", "exchange", "compareExchange"] as const;
  const originals = Object.fromEntries(names.map((name) => [name, Atomics[name]]));
  for (const name of names) {
    const original = originals[name] as unknown as (array: Int32Array, ...rest: number[]) => number;
    const ours = (array: Int32Array, ...rest: number[]) =>
      step(() => original(raws.get(array) ?? array, ...rest)) as number;
    Object.assign(Atomics, { [name]: ours });
  }
  return () => void Object.assign(Atomics, originals);
}

function step(access: () => unknown): unknown {
  return current === undefined ? access() : current.step(access);
}

/** A call of one thread. `renew` puts back what it remembers outside of shared memory, before it is done again. */
export class Call {
  /** What it returned or threw, once it has ended. */
  outcome: { readonly returned?: unknown; readonly thrown?: unknown } | undefined;
  private readonly body: () => unknown;
  private readonly renew: () => void;
  private readonly log: unknown[] = [];
  private at = 0;
  private left = 0;

  constructor(body: () => unknown, renew: () => void = () => {}) {
    this.body = body;
    this.renew = renew;
  }

  /** How many accesses it has made. */
  get length(): number {
    return this.log.length;
  }

  /** Goes on by `accesses` at most; whether the call has ended. */
  run(accesses: number = Number.POSITIVE_INFINITY): boolean {
    if (this.outcome !== undefined) return true;
    this.renew();
    this.at = 0;
    this.left = accesses;
    current = this;
    try {
      this.outcome = { returned: this.body() };
    } catch (error) {
      if (!(error instanceof Stopped)) this.outcome = { thrown: error };
    } finally {
      current = undefined;
    }
    return this.outcome !== undefined;
  }

  step(access: () => unknown): unknown {
    if (this.at === this.log.length) {
      if (this.left-- <= 0) throw new Stopped("stopped at an access");
      current = undefined; // whatever the access itself does is no step
      this.log.push(access());
      current = this;
    }
    return this.log[this.at++];
  }
}

/**
 * Every way in which two calls interleave with up to `switches` changes from one to the other while it is amid its call: `world` makes
 * them, `check` looks at how they ended. How many ways there were.
 */
export function interleave<W extends { readonly calls: readonly Call[] }>(
  world: () => W,
  switches: number,
  check: (w: W) => void,
): number {
  let ways = 0;
  /** `parts`: how far the first goes, then the second, then the first …; after them, each to its end. Is the last part whole? */
  const go = (first: number, parts: readonly number[]): boolean => {
    const w = world();
    const { calls } = w;
    let whole = true;
    for (let i = 0; i < parts.length; i++) {
      const call = calls[(first + i) % calls.length];
      const before = call.length;
      call.run(parts[i]);
      whole = call.outcome === undefined && call.length - before === parts[i];
    }
    // The one after the last part goes first.
    for (let i = 0; i < calls.length; i++) calls[(first + parts.length + i) % calls.length].run();
    check(w);
    ways++;
    return whole;
  };
  const explore = (first: number, parts: readonly number[]): void => {
    for (let length = 1; go(first, [...parts, length]); length++) {
      if (parts.length + 1 < switches) explore(first, [...parts, length]);
    }
  };
  for (const [first] of world().calls.entries()) explore(first, []);
  return ways;
}
