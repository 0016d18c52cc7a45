/**
 * Every access, plain ones too: calls that are stopped there for ever, as a thread that is killed; and two calls in all the ways in
 * which they interleave with up to three changes from one to the other.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { Call, interleave, stepAtomics, stepped } from "../../../scripts/lib/steps.ts";
import { AtomicBitSet, verify } from "../src/index.ts";

let undo = (): void => {};
beforeAll(() => {
  undo = stepAtomics();
});
afterAll(() => undo());

type Op = readonly ["take"] | readonly ["set" | "clear", number];

/** The same set twice: for a thread whose accesses are steps, and for one that looks on. */
function make(length: number, bits: readonly number[]): { set: AtomicBitSet; stepping: AtomicBitSet } {
  const set = new AtomicBitSet(length);
  for (const i of bits) set.set(i);
  const stepping = AtomicBitSet.over(set.words, 0, length);
  Object.assign(stepping, { words: stepped(stepping.words) });
  return { set, stepping };
}

function call(set: AtomicBitSet, [name, bit = 0]: Op): () => unknown {
  if (name === "take") return () => set.takeFirst();
  return name === "set" ? () => set.set(bit) : () => set.clear(bit);
}

function drain(set: AtomicBitSet): number[] {
  const got: number[] = [];
  for (let bit = set.takeFirst(); bit >= 0; bit = set.takeFirst()) got.push(bit);
  return got.sort((a, b) => a - b);
}

const SHAPES: readonly (readonly [number, readonly number[]])[] = [
  [32, [3, 9]],
  [64, [40]],
  [64, [1, 2, 40]],
  [1100, [5, 1030]],
  [40_000, [33_000]],
  [40_000, [5, 2000, 33_000]],
];

/** Counted, so that a claim does not become dearer unseen: each is 6 to 11 ns. Of 2²⁰ bits, four levels. */
test.each([
  ["from a word with more bits", [6, 7, 900_000], ["take"], 1],
  ["the last of its word", [6, 40, 900_000], ["take"], 4],
  ["the last of its words on three levels", [6, 900_000], ["take"], 6],
  ["into a word with bits", [6, 7, 900_000], ["set", 8], 2],
  ["into an empty word", [6, 7, 900_000], ["set", 70], 3],
  ["into empty words on three levels", [900_000], ["set", 6], 5],
] as const)("atomic accesses of a claim, or a release, %s", (_, bits, op, wanted) => {
  const { set } = make(2 ** 20, bits);
  const counted = new Call(call(set, op)); // its plain accesses are no steps
  counted.run();
  expect(counted.length).toBe(wanted);
});

describe.each(SHAPES)("of %i bits, %j are set", (length, bits) => {
  const other = bits[0] === 3 ? 4 : bits[0] + 1;
  const ops: Op[] = [["take"], ["set", other], ["set", length - 1], ["clear", length - 1], ["clear", bits[0]]];
  if (bits.length > 1) ops.push(["clear", bits.at(-1)!]);

  test.each(ops)("killed at each access: %s %s", (...op) => {
    const op_ = op as unknown as Op;
    for (let k = 0, ended = false; !ended; k++) {
      const { set, stepping } = make(length, bits);
      const victim = new Call(call(stepping, op_));
      ended = victim.run(k);
      const rest = drain(set);
      // The others get every bit but the one that the dead thread was at; of that, nobody knows.
      const flight = op_[0] === "take" ? bits[0] : op_[1];
      expect(rest.filter((bit) => bit !== flight)).toEqual(bits.filter((bit) => bit !== flight));
      expect(new Set(rest).size).toBe(rest.length);
      // And the set goes on: each bit can be set, and is found.
      for (const bit of [0, ...bits, length - 1]) set.set(bit);
      expect(drain(set)).toEqual([...new Set([0, ...bits, length - 1])].sort((a, b) => a - b));
      if (k > 1000) throw new Error("it does not end");
    }
  });

  // Not where one bit is left of many: with a hint that is being cleared, each take goes through all leaves 16 times.
  if (length > 64 && bits.length === 1) return;
  const pairs: [Op, Op][] = [];
  for (const [i, a] of ops.entries()) for (const b of ops.slice(i)) pairs.push([a, b]);

  test.each(pairs)("interleaved: %j and %j", (a, b) => {
    const world = () => {
      const { set, stepping } = make(length, bits);
      return { set, calls: [new Call(call(stepping, a)), new Call(call(stepping, b))] };
    };
    const ways = interleave(world, times(2, 3), ({ set, calls }) => {
      const results = calls.map(({ outcome }) => outcome!.returned);
      verify(set);
      expect(set.words[set.words.length - 1] & 0xffff).toBe(0);
      const left = drain(set);
      const orders = [serial(bits, [a, b], results), serial(bits, [b, a], [results[1], results[0]])];
      expect(
        orders.some((order) => order !== undefined && String(order) === String(left)),
        `${results}; ${left}`,
      ).toBe(true);
    });
    expect(ways).toBeGreaterThan(1);
  });
});

test("a set whose claims look, and then write, is found", () => {
  const { and } = Atomics;
  const torn = (words: Int32Array, i: number, bits: number) => {
    const old = Atomics.load(words, i);
    Atomics.store(words, i, old & bits);
    return old;
  };
  Object.assign(Atomics, { and: torn });
  try {
    const both = new Set<string>();
    interleave(
      () => {
        const { stepping } = make(32, [3, 9]);
        return { calls: [new Call(call(stepping, ["take"])), new Call(call(stepping, ["take"]))] };
      },
      2,
      ({ calls }) => void both.add(String(calls.map(({ outcome }) => outcome!.returned))),
    );
    expect(both).toContain("3,3");
  } finally {
    Object.assign(Atomics, { and });
  }
});

/** What is left after these calls one after the other, if they can have returned that. */
function serial(bits: readonly number[], ops: readonly Op[], results: readonly unknown[]): number[] | undefined {
  const now = new Set(bits);
  for (const [i, [name, bit = 0]] of ops.entries()) {
    const result = results[i] as number | boolean;
    if (name === "take") {
      if (result === -1 ? now.size > 0 : !now.delete(result as number)) return;
    } else if (name === "set") {
      if (result === now.has(bit)) return;
      now.add(bit);
    } else if (now.delete(bit) !== result) return;
  }
  return [...now].sort((x, y) => x - y);
}
