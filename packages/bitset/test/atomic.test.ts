import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AtomicBitSet, BitSet, verify } from "../src/index.ts";
import { LENGTHS, Model, random } from "./model.ts";
import type { Job, Report } from "./worker.ts";

/** No thread may be amid a change, and no bit owned: then the summaries are exact, and the set is an ordinary one too. */
function expectQuiet(set: AtomicBitSet): void {
  verify(set);
  expect(set.words[set.words.length - 1] & 0xffff).toBe(0);
  verify(BitSet.over(set.words, 0, set.length));
}

describe("one thread", () => {
  test.each(LENGTHS)("%i bits: the edges, then all", (n) => {
    const set = new AtomicBitSet(n);
    for (const i of [0, 31, 32, 1023, 1024, 32767, 32768, n - 1].filter((i) => i < n)) {
      expect([set.has(i), set.set(i), set.set(i), set.has(i)]).toEqual([false, true, false, true]);
      verify(set);
      expect([set.count, set.takeFirst(), set.takeFirst(), set.has(i)]).toEqual([1, i, -1, false]);
      set.set(i);
      expect([set.clear(i), set.clear(i), set.takeFirst()]).toEqual([true, false, -1]);
      expectQuiet(set);
    }
    set.setAll();
    expectQuiet(set);
    expect(set.count).toBe(n);
    for (let i = 0; i < Math.min(n, 2000); i++) expect(set.takeFirst()).toBe(i);
    expectQuiet(set);
    set.clearAll();
    expectQuiet(set);
    expect([set.count, set.takeFirst()]).toEqual([0, -1]);
  });

  test("random operations against a Set<number>", () => {
    const next = random(5);
    for (const n of [1, 32, 33, 1024, 1025, 2500]) {
      const set = new AtomicBitSet(n);
      const model = new Model(n);
      for (let i = 0; i < 5000; i++) {
        const bit = Math.floor(next() * n);
        // The share of takes swings, so that the set fills up and runs empty.
        const name = next() < 0.5 + 0.4 * Math.sin(i / 500) ? "set" : next() < 0.5 ? "clear" : "takeFirst";
        if (name === "takeFirst") expect(set.takeFirst()).toBe(model.takeFirst());
        else expect(set[name](bit)).toBe(model[name](bit));
        expect(set.has(bit)).toBe(model.has(bit));
        if (i % 500 === 0) expectQuiet(set);
      }
      expect(set.count).toBe(model.count);
    }
  });

  test("a set of length 0", () => {
    const set = new AtomicBitSet(0);
    set.setAll();
    expect([set.count, set.takeFirst(), set.byteLength]).toEqual([0, -1, 8]);
  });

  test("over: the neighbours stay as they are; filled as a BitSet", () => {
    const words = new Int32Array(new SharedArrayBuffer(4 * 100)).fill(7);
    words.fill(0, 10, 10 + AtomicBitSet.byteLength(1000) / 4);
    BitSet.over(words, 10, 1000).setAll();
    const set = AtomicBitSet.over(words, 10, 1000);
    for (let i = 0; i < 1000; i++) expect(set.takeFirst()).toBe(i);
    expect(set.takeFirst()).toBe(-1);
    expectQuiet(set);
    expect([...words.subarray(0, 10)]).toEqual(Array(10).fill(7));
    expect(words.subarray(10 + set.words.length).every((word) => word === 7)).toBe(true);
  });

  test("a thread that died amid clearing a hint hides nothing", () => {
    const set = new AtomicBitSet(2000);
    set.set(1999);
    set.words[set.words.length - 1] = 1; // it was clearing,
    set.words[set.words.length - 2] = 0; // had cleared, and came no further
    expect(set.takeFirst()).toBe(1999);
    expect(set.takeFirst()).toBe(-1);
  });

  test("a false hint is put right on the way", () => {
    const set = new AtomicBitSet(40_000);
    set.set(39_999);
    set.words[1250] |= 1; // level 1: leaf 0, which is empty
    set.words[1250 + 40] |= 1; // level 2
    set.words[1250 + 40 + 2] |= 1; // the root
    expect(set.takeFirst()).toBe(39_999);
    expectQuiet(set);
  });
});

describe("four threads", () => {
  const threads: Worker[] = [];
  beforeAll(() => {
    for (let i = 0; i < 4; i++) threads.push(new Worker(new URL("./worker.ts", import.meta.url)));
  });
  afterAll(() => Promise.all(threads.map((thread) => thread.terminate())));

  async function run(set: AtomicBitSet, job: Partial<Job>): Promise<{ reports: Report[]; owners: Int32Array }> {
    const owners = new Int32Array(new SharedArrayBuffer(4 * (set.length + 1)));
    const reports = threads.map(async (thread, i) => {
      const answer = once(thread, "message");
      thread.postMessage({ words: set.words, length: set.length, owners, threads: threads.length, id: i + 1, ...job });
      return (await answer)[0] as Report;
    });
    return { reports: await Promise.all(reports), owners };
  }

  function sum(reports: Report[]): Report {
    const add = (key: keyof Report) => reports.reduce((total, report) => total + report[key], 0);
    return { done: add("done"), faults: add("faults"), misses: add("misses") };
  }

  // Few bits: every take empties words, on all levels. Many: the threads meet in the lowest words.
  test.each([
    [32, 8, "churn"],
    [33, 4, "claim"],
    [1100, 40, "claim"],
    [33_000, 400, "churn"],
  ] as const)("%i bits, each holds up to %i: %s", async (length, hold, kind) => {
    const set = new AtomicBitSet(length);
    set.setAll();
    const { reports, owners } = await run(set, { hold, kind, operations: 60_000 });
    const { done, faults } = sum(reports);
    expect(faults).toBe(0);
    expect(done).toBeGreaterThan(40_000);
    expect(owners.subarray(0, length).every((owner) => owner === 0)).toBe(true);
    expect(set.count).toBe(length);
    expectQuiet(set);
  });

  // As many bits as threads, each in a word of its own: with one bit each in hand at most, there is always one left.
  test.each([
    [[0, 31, 5, 9], 32],
    [[0, 32, 64, 96], 128],
    [[3, 1023, 1024, 2000], 2001],
    [[31, 1030, 33_000, 70_000], 70_001],
  ])("bits %j: takeFirst never fails while one is left", async (bits, length) => {
    const set = new AtomicBitSet(length);
    for (const i of bits) set.set(i);
    const { reports } = await run(set, { hold: 1, kind: "churn", operations: 100_000 });
    expect(sum(reports)).toEqual({ done: expect.any(Number), faults: 0, misses: 0 });
    expect(set.count).toBe(4);
    for (const i of bits) expect(set.has(i)).toBe(true);
    expectQuiet(set);
  });

  test("of four that set a bit, and four that take it, one succeeds", async () => {
    const length = 40_000;
    const set = new AtomicBitSet(length);
    expect(sum((await run(set, { kind: "fill" })).reports)).toEqual({ done: length, faults: 0, misses: 0 });
    expect(set.count).toBe(length);
    expectQuiet(set);
    const { reports, owners } = await run(set, { kind: "drain" });
    expect(sum(reports)).toEqual({ done: length, faults: 0, misses: 0 });
    expect(owners.subarray(0, length).every((owner) => owner !== 0)).toBe(true);
    expect(set.count).toBe(0);
    expectQuiet(set);
  });
});
