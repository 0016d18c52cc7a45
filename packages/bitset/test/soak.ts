/**
 * A long model run, not part of the ordinary tests: node packages/bitset/test/soak.ts [operations] [seed]
 *
 * Every operation at random, weighted to ranges and runs, on sets of every boundary length, beside a byte a bit.
 */
import { strict as assert } from "node:assert";
import { BitSet, verify } from "../src/index.ts";
import { LENGTHS, random } from "./model.ts";

/** Compares everything there is, every so many operations. */
const EVERY = 20_000;

/** The lowest `n` ones in a row, or −1. */
function runOf(bytes: Uint8Array, n: number): number {
  for (let from = bytes.indexOf(1); from >= 0; ) {
    const zero = bytes.indexOf(0, from);
    const end = zero < 0 ? bytes.length : zero;
    if (end - from >= n) return from;
    from = zero < 0 ? -1 : bytes.indexOf(1, zero);
  }
  return -1;
}

/** `operations` calls on one set of `length` bits; in turns it fills up and is emptied. */
function soakSet(length: number, operations: number, seed: number): void {
  const next = random(seed);
  const below = (n: number) => Math.floor(next() * n);
  const set = new BitSet(length);
  const bytes = new Uint8Array(length);
  let filling = 0.5;
  for (let i = 0; i < operations; i++) {
    if (i % 1000 === 0) filling = 0.2 + 0.6 * next();
    const dice = below(100);
    const at = below(length);
    if (dice < 25) {
      const value = next() < filling ? 1 : 0;
      assert.equal(value === 1 ? set.set(at) : set.clear(at), bytes[at] !== value);
      bytes[at] = value;
    } else if (dice < 45) {
      const first = bytes.indexOf(1);
      assert.equal(set.takeFirst(), first);
      if (first >= 0) bytes[first] = 0;
    } else if (dice < 60) {
      assert.equal(set.next(at), bytes.indexOf(1, at));
    } else if (dice < 65) {
      assert.equal(set.first(), bytes.indexOf(1));
    } else if (dice < 75) {
      assert.equal(set.has(at), bytes[at] === 1);
    } else if (dice < 85) {
      const n = 1 + below(below(4) === 0 ? length : Math.min(length, 100));
      const start = runOf(bytes, n);
      assert.equal(set.takeRun(n), start, `a run of ${n} in ${length} bits`);
      if (start >= 0) bytes.fill(0, start, start + n);
    } else if (dice < 99) {
      const to = Math.min(length, at + below(below(4) === 0 ? length : 100));
      const value = next() < filling ? 1 : 0;
      if (value === 1) set.setRange(at, to);
      else set.clearRange(at, to);
      bytes.fill(value, at, to);
    } else if (below(100) === 0) {
      const value = below(2);
      if (value === 1) set.setAll();
      else set.clearAll();
      bytes.fill(value);
    }
    if (i % EVERY === 0 || i === operations - 1) {
      verify(set);
      assert.equal(
        set.count,
        bytes.reduce((sum, bit) => sum + bit, 0),
      );
      for (let bit = 0; bit < length; bit++) if (set.has(bit) !== (bytes[bit] === 1)) assert.fail(`bit ${bit}`);
    }
  }
}

const operations = Number(process.argv[2] ?? 10_000_000);
const seed = Number(process.argv[3] ?? 1);
let done = 0;
// The longest cost the oracle most: they get a hundredth of the operations each.
const long = LENGTHS.filter((length) => length > 100_000);
for (const length of LENGTHS) {
  const part = long.includes(length) ? 0.01 : (1 - 0.01 * long.length) / (LENGTHS.length - long.length);
  const count = length === LENGTHS.at(-1) ? operations - done : Math.round(operations * part);
  soakSet(length, count, seed + length);
  done += count;
  console.log(`${done} of ${operations}: ${length} bits, seed ${seed + length}`);
}
console.log(`bitset: ${done} operations from seed ${seed}, every call as the model says, every invariant held`);
