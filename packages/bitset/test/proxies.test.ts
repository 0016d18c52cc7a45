/** A call through a proxy does what the call on the set does, or changes nothing. */
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { AtomicBitSet, BitSet, verify } from "../src/index.ts";
import { random } from "./model.ts";

type AnySet = BitSet | AtomicBitSet;

/** One of each number of levels, from one to six, and none. */
const LENGTHS = [0, 20, 900, 2000, 40_000, 1_100_000, 33_600_000];

const WRAPS: Record<string, <T extends AnySet>(set: T) => T> = {
  "a Proxy": (set) => new Proxy(set, {}),
  "Vue's reactive": (set) => reactive(set) as typeof set,
};

/** Each public member, as a call with an index and one above it. */
const CALLS: Record<string, (set: AnySet, i: number, to: number) => unknown> = {
  length: (set) => set.length,
  words: (set) => set.words.length,
  byteLength: (set) => set.byteLength,
  count: (set) => set.count,
  has: (set, i) => set.has(i),
  set: (set, i) => set.set(i),
  clear: (set, i) => set.clear(i),
  takeFirst: (set) => set.takeFirst(),
  setAll: (set) => set.setAll(),
  clearAll: (set) => set.clearAll(),
  first: (set) => (set as BitSet).first(),
  next: (set, i) => (set as BitSet).next(i),
  takeRun: (set, i, to) => (set as BitSet).takeRun(1 + ((to - i) % 40)),
  setRange: (set, i, to) => (set as BitSet).setRange(i, to),
  clearRange: (set, i, to) => (set as BitSet).clearRange(i, to),
  "Symbol(Symbol.iterator)": (set) => {
    const seen: number[] = [];
    for (const i of set as BitSet) if (seen.push(i) === 100) break;
    return seen;
  },
  toJSON: (set) => JSON.stringify(set),
  "verify(set)": (set) => verify(set),
};

/** What a set of this kind has, that is public. */
function callsOf(set: AnySet): string[] {
  const all = [...Reflect.ownKeys(set), ...Reflect.ownKeys(Object.getPrototypeOf(set)), "verify(set)"].map(String);
  const inner = [
    "constructor",
    "last",
    "levels",
    "at1",
    "at2",
    "at3",
    "at4",
    "root",
    "empty",
    "wordsWith",
    "can't be cloned",
  ];
  return all.filter((name) => !inner.includes(name) && !/Inspect|inspect/.test(name));
}

describe.each([BitSet, AtomicBitSet])("%o", (Kind) => {
  test("every public member is called below", () => {
    expect(callsOf(new Kind(1)).filter((name) => !(name in CALLS))).toEqual([]);
  });

  describe.each(Object.entries(WRAPS))("through %s", (_, wrap) => {
    test.each(LENGTHS)("%i bits: as its twin", (length) => {
      const set = new Kind(length);
      const twin = new Kind(length);
      const proxy = wrap(set);
      const names = callsOf(set).filter((name) => length < 10_000_000 || !/All|Range|count|verify/.test(name));
      const next = random(length);
      // Few bits at a time, so that words run empty on all levels.
      for (let n = 0; n < (length > 100_000 ? 400 : 1500); n++) {
        const name =
          next() < 0.5 ? (["set", "takeFirst", "clear"] as const)[n % 3] : names[Math.floor(next() * names.length)];
        const i = Math.floor(next() * length);
        if (length === 0 && ["has", "set", "clear"].includes(name)) continue;
        const to = Math.min(length, i + Math.floor(next() * 100));
        expect(CALLS[name](proxy, i, to), name).toEqual(CALLS[name](twin, i, to));
        if (length < 10_000) expect(set.words).toEqual(twin.words);
      }
      expect(Buffer.compare(bytes(set.words), bytes(twin.words))).toBe(0);
      verify(proxy);
      verify(set);
    });
  });

  test.each(LENGTHS.slice(1))("%i bits: a proxy that throws changes nothing", (length) => {
    const { words } = new Kind(length);
    const names = length < 100_000 ? callsOf(new Kind(1)) : ["set", "clear", "takeFirst"];
    for (const name of names) {
      for (let reads = 0, done = false; !done; reads++) {
        words.fill(0);
        const set = Kind.over(words, 0, length);
        set.set(length - 1);
        if (name !== "set") set.set(7); // on its own, so that all levels change
        const before = words.slice();
        let left = reads;
        const proxy = new Proxy(set, {
          get(target, key, receiver) {
            if (left-- === 0) throw new Error("not now");
            return Reflect.get(target, key, receiver);
          },
        });
        try {
          CALLS[name](proxy, 7, 9);
          done = true;
        } catch (error) {
          expect((error as Error).message).toBe("not now");
          expect(Buffer.compare(bytes(words), bytes(before)), `${name}: ${reads} reads, then a throw`).toBe(0);
        }
        if (done) expect(reads, name).toBeGreaterThan(0); // it did throw before
      }
    }
  });
});

function bytes({ buffer }: Int32Array): Buffer {
  return Buffer.from(buffer);
}
