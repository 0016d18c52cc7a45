/**
 * Interruptions at every step. Before any of its atomic instructions a call may be interrupted by other calls, as if
 * its thread had been suspended there; they run to their end, and may be interrupted likewise. Real threads meet in such
 * a window once in a million calls; here it happens all the time, and again with the same seed.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { AtomicBitSet, verify } from "../src/index.ts";
import { random } from "./model.ts";

const METHODS = ["load", "or", "and", "add", "exchange", "compareExchange"] as const;
const original = Object.fromEntries(METHODS.map((name) => [name, Atomics[name]]));

/** What happens before each atomic instruction. */
let interrupt: (name: string, index: number) => void = () => {};

beforeEach(() => {
  for (const name of METHODS) {
    const instruction = original[name] as unknown as (...args: number[]) => number;
    const interruptible = (...args: number[]): number => {
      interrupt(name, args[1]);
      return instruction(...args);
    };
    Object.assign(Atomics, { [name]: interruptible });
  }
});

afterEach(() => {
  interrupt = () => {};
  Object.assign(Atomics, original);
});

/** A set of few bits, operated by as many threads as calls are nested. Counts what must never be. */
class World {
  readonly set: AtomicBitSet;
  readonly bits: number[];
  readonly next: () => number;
  /** Bits that a thread has. */
  readonly held: number[] = [];
  /** Bits whose `set` has returned, and that nobody took since. */
  readonly complete: Set<number> = new Set();
  /** For each `takeFirst` under way: was there a moment with no complete bit? */
  readonly excuses: boolean[] = [];
  depth = 0;
  steps = 0;
  misses = 0;
  nothing = 0;

  constructor(length: number, bits: number[], seed: number) {
    this.set = new AtomicBitSet(length);
    this.bits = bits;
    this.next = random(seed);
    for (const i of bits) {
      this.set.set(i);
      this.complete.add(i);
    }
  }

  observe(): void {
    for (const i of this.complete) if (((this.set.words[i >>> 5] >>> i) & 1) === 0) this.complete.delete(i);
    if (this.complete.size === 0) this.excuses.fill(true);
  }

  interrupt(): void {
    this.steps++;
    this.observe();
    while (this.depth < 5 && this.next() < 0.15) this.call();
  }

  call(): void {
    this.depth++;
    const kind = this.next();
    if (kind < 0.45 && this.held.length > 0) {
      const [i] = this.held.splice(Math.floor(this.next() * this.held.length), 1);
      expect(this.set.set(i)).toBe(true);
      this.complete.add(i);
    } else if (kind < 0.55) {
      const i = this.bits[Math.floor(this.next() * this.bits.length)];
      if (this.set.clear(i)) this.own(i);
    } else {
      this.excuses.push(false);
      this.observe();
      const i = this.set.takeFirst();
      this.observe();
      const excused = this.excuses.pop();
      if (i >= 0) this.own(i);
      else this.nothing++;
      if (i < 0 && !excused) this.misses++;
    }
    this.depth--;
  }

  own(i: number): void {
    expect(this.bits).toContain(i);
    expect(this.held).not.toContain(i);
    this.held.push(i);
  }
}

describe("calls interrupted by calls", () => {
  test.each([
    [[3, 9], 32],
    [[0, 1, 40], 64],
    [[0, 1, 31, 32], 1024],
    [[5, 6, 1029, 1030], 1100],
    [[5, 2000, 33_000, 33_001], 40_000],
  ])("bits %j of %i", (bits, length) => {
    const seeds = times(40, 500);
    let steps = 0;
    let nothing = 0;
    for (let seed = 0; seed < seeds; seed++) {
      const world = new World(length, bits, seed);
      interrupt = () => world.interrupt();
      for (let n = 0; n < 20; n++) world.call();
      interrupt = () => {};
      // None lost, none double; no hint hides a bit, none is false; nobody counts as clearing.
      for (const i of bits) expect(world.set.has(i)).toBe(!world.held.includes(i));
      verify(world.set);
      expect(world.set.words[world.set.words.length - 1] & 0xffff).toBe(0);
      expect(world.misses).toBe(0);
      steps += world.steps;
      nothing += world.nothing;
    }
    expect(steps).toBeGreaterThan(30 * seeds);
    expect(nothing).toBeGreaterThan(seeds / 2);
  });
});

test("a hint cleared and put back between the looks at an empty root", () => {
  const set = new AtomicBitSet(64);
  set.set(40);
  const root = 2;
  const clearing = 3;
  // Another thread has cleared the hint, and puts it back after the root was read the second time.
  let reads = 0;
  set.words[root] = 0;
  interrupt = (name, index) => {
    if (name !== "load" || index !== clearing || ++reads !== 2) return;
    set.words[root] = 2;
    set.words[clearing] += 0x10000;
  };
  expect(set.takeFirst()).toBe(40);
  expect(reads).toBe(2);
});
