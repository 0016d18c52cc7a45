/** What a bitset is, in the plainest words: the oracle of the tests. */
import { strict as assert } from "node:assert";
import { type BitSet, verify } from "../src/index.ts";

/** The lengths where a level, or a word, begins or ends. */
export const LENGTHS = [1, 31, 32, 33, 1023, 1024, 1025, 32767, 32768, 32769, 1048575, 1048576, 1048577];

/** Every operation of a `BitSet`, written as a loop over a `Set<number>`. */
export class Model {
  readonly length: number;
  readonly bits: Set<number> = new Set();

  constructor(length: number) {
    this.length = length;
  }

  has(i: number): boolean {
    return this.bits.has(i);
  }

  set(i: number): boolean {
    const clear = !this.bits.has(i);
    this.bits.add(i);
    return clear;
  }

  clear(i: number): boolean {
    return this.bits.delete(i);
  }

  next(from: number): number {
    if (this.bits.size === 0) return -1;
    for (let i = from; i < this.length; i++) if (this.bits.has(i)) return i;
    return -1;
  }

  first(): number {
    return this.next(0);
  }

  takeFirst(): number {
    const i = this.first();
    this.bits.delete(i);
    return i;
  }

  takeRun(n: number): number {
    let run = 0;
    for (let i = 0; i < this.length; i++) {
      run = this.bits.has(i) ? run + 1 : 0;
      if (run < n) continue;
      this.clearRange(i - n + 1, i + 1);
      return i - n + 1;
    }
    return -1;
  }

  setRange(from: number, to: number): void {
    for (let i = from; i < to; i++) this.bits.add(i);
  }

  clearRange(from: number, to: number): void {
    for (let i = from; i < to; i++) this.bits.delete(i);
  }

  setAll(): void {
    this.setRange(0, this.length);
  }

  clearAll(): void {
    this.bits.clear();
  }

  get count(): number {
    return this.bits.size;
  }
}

/** The operations, with their number of arguments. `range` stands for two, ascending; `run` for a run's length. */
export const OPERATIONS = {
  has: "index",
  set: "index",
  clear: "index",
  next: "from",
  first: "none",
  takeFirst: "none",
  takeRun: "run",
  setRange: "range",
  clearRange: "range",
  setAll: "none",
  clearAll: "none",
} as const;

export type Name = keyof typeof OPERATIONS;

/** Runs one operation on both, and compares what they return. */
export function step(set: BitSet, model: Model, name: Name, ...args: number[]): void {
  type Op = (...args: number[]) => unknown;
  const got = (set[name] as Op).apply(set, args);
  const wanted = (model[name] as Op).apply(model, args);
  assert.equal(got, wanted, `${name}(${args}) of ${model.length} bits`);
}

/** Compares everything there is to see. */
export function compare(set: BitSet, model: Model): void {
  verify(set);
  assert.deepEqual(
    [...set],
    [...model.bits].sort((a, b) => a - b),
  );
  assert.equal(set.count, model.count);
  assert.equal(set.first(), model.first());
}

/** Numbers 0 ≤ x < 1 from a seed. */
export function random(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}
