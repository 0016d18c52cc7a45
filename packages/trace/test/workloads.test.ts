import { describe, expect, test } from "vitest";
import {
  ALLOCATE,
  allocTest,
  checkerboard,
  decodeTrace,
  describe as describeTrace,
  FLEET_BINS,
  FREE,
  fleet,
  glibcSimple,
  glibcThread,
  growByOne,
  larson,
  mallocLarge,
  mstress,
  pinned,
  rbstress,
  replayChecked,
  reverseFree,
  rptest,
  sawtooth,
  type Trace,
  workloads,
  writeTrace,
  xmalloc,
} from "../src/index.ts";
import { SimpleAllocator } from "./simple-allocator.ts";

/** FNV-1a over the stored form. */
function hash(trace: Trace): string {
  let h = 0x811c9dc5;
  for (const byte of writeTrace(trace)) h = Math.imul(h ^ byte, 0x01000193);
  return (h >>> 0).toString(16).padStart(8, "0");
}

/** At scale 0.1 and seed 1. A change here changes every published result: bump the version. */
const golden: Record<string, string> = {
  larson: "347e8554",
  mstress: "44a55947",
  rptest: "4180c6c2",
  "alloc-test": "7768f2ed",
  xmalloc: "bca3d00f",
  "glibc-simple": "867dc54b",
  "glibc-thread": "cf219110",
  "malloc-large": "5eaec8a1",
  rbstress: "9b9966d2",
  "reverse-free": "85ba12f8",
  "fleet-0": "6da7b0f5",
  "fleet-1": "31ea57ee",
  "fleet-2": "51fac2fb",
  "fleet-3": "93d8d16f",
  "fleet-4": "ec9120e4",
  "fleet-5": "d26f5a7d",
  "fleet-6": "32e3d895",
  "fleet-7": "2cb7a37c",
  "fleet-8": "fe013229",
  "fleet-9": "e2cecf7e",
  sawtooth: "a0f06f14",
  checkerboard: "6c9b0eb1",
  pinned: "a15fbfb8",
  "grow-by-one": "fda11a6f",
};

/** The seed has no effect on these. */
const fixed = ["glibc-simple", "checkerboard", "pinned"];

describe.each(Object.entries(workloads))("%s", (name, workload) => {
  const trace = workload();

  test("has 100,000 to 500,000 events, and ends with nothing live", () => {
    if (name === "malloc-large") expect(trace.events).toBe(4040);
    else expect(trace.events).toBeGreaterThanOrEqual(100_000);
    expect(trace.events).toBeLessThanOrEqual(500_000);
    expect(trace.frees).toBe(trace.allocations);
  });

  test("is a valid trace, the same for a seed on every machine", () => {
    const short = workload({ scale: 0.1 });
    expect(decodeTrace(writeTrace(short))).toEqual(short);
    expect({ [name]: hash(short) }).toEqual({ [name]: golden[name] });
    expect(hash(workload({ scale: 0.1, seed: 1 }))).toBe(golden[name]);
    expect(hash(workload({ scale: 0.1, seed: 2 })) === golden[name]).toBe(fixed.includes(name));
  });

  test("half the scale is fewer events at about the same peak", () => {
    const half = workload({ scale: 0.5 });
    expect(trace.events / half.events).toBeGreaterThan(1.5);
    expect(trace.events / half.events).toBeLessThan(2.1);
    expect(trace.slots / half.slots).toBeLessThan(1.15);
    expect(trace.peakBytes / half.peakBytes).toBeLessThan(2);
  });
});

test("a trace of each runs on an allocator, contents intact", () => {
  const allocator = new SimpleAllocator(2 ** 26);
  for (const [name, workload] of Object.entries(workloads)) {
    if (name === "malloc-large") continue;
    const trace = workload({ scale: 0.02 });
    expect(replayChecked(trace, allocator)).toMatchObject({ failures: 0, peakBytes: trace.peakBytes });
    allocator.reset();
  }
  const large = mallocLarge({ scale: 0.02, live: 5, least: 1_000_000, most: 2_000_000 });
  expect(replayChecked(large, allocator).failures).toBe(0);
});

/** The sizes of all allocations. */
function sizesOf(trace: Trace): number[] {
  return [...trace.size].filter((_, e) => trace.op[e] === ALLOCATE);
}

function shareOf(sizes: readonly number[], least: number, most: number): number {
  return sizes.filter((size) => size >= least && size <= most).length / sizes.length;
}

function extent(sizes: readonly number[]): [least: number, most: number] {
  return [sizes.reduce((a, b) => Math.min(a, b)), sizes.reduce((a, b) => Math.max(a, b))];
}

describe("each is as described", () => {
  test("larson: 5,000 live, 8–1000 bytes evenly, victims at random", () => {
    const trace = larson();
    const d = describeTrace(trace);
    expect(trace.slots).toBe(5000);
    expect(extent(sizesOf(trace))).toEqual([8, 1000]);
    expect(d.sizes.mean).toBeCloseTo(504, -1);
    // A block's life is geometric: half of them are replaced within 5,000 · ln 2 replacements of two events each.
    expect(d.lifetimeEvents.p50 / (2 * 5000 * Math.LN2)).toBeCloseTo(1, 1);
  });

  test("mstress: powers of two of 8 bytes, 1.7 % a hundredfold, survivors from round to round", () => {
    const sizes = sizesOf(mstress());
    const factor = (n: number): number => sizes.filter((size) => size >= 8 * n && size % n === 0).length / sizes.length;
    expect(shareOf(sizes, 8, 512)).toBeGreaterThan(0.97);
    expect(factor(100)).toBeGreaterThan(0.017);
    expect(factor(100)).toBeLessThan(0.023);
    expect(factor(10_000)).toBeGreaterThan(0.0002);
    for (const size of new Set(sizes))
      expect([1, 100, 1000, 10_000].map((n) => Math.log2(size / 8 / n))).toSatisfy((powers: number[]) =>
        powers.some((p) => Number.isInteger(p) && p >= 0 && p <= 6),
      );
    const trace = mstress({ threads: 1, perRound: 100, scale: 0.2 });
    expect(trace.allocations).toBe(2 * (100 + 50));
  });

  test("rptest: linear fall-off from 8 to 16,000 bytes", () => {
    const trace = rptest();
    const sizes = sizesOf(trace);
    const [least, most] = extent(sizes);
    expect(least).toBeLessThan(20);
    expect(most).toBeLessThan(16_000);
    // A triangle: three quarters of it lie in its lower half, seven sixteenths in its lower quarter.
    expect(shareOf(sizes, 8, 8004)).toBeCloseTo(0.75, 1);
    expect(shareOf(sizes, 8, 4006)).toBeCloseTo(7 / 16, 1);
    expect(trace.slots).toBeLessThan(4 * 1000);
  });

  test("alloc-test: octaves that halve, half of the places full, a few places busy", () => {
    const trace = allocTest();
    const sizes = sizesOf(trace);
    expect(extent(sizes)).toEqual([5, 1024]);
    for (let octave = 0; octave < 7; octave++) {
      expect(shareOf(sizes, (4 << octave) + 1, 8 << octave)).toBeCloseTo(0.5 ** (octave + 1), 2);
    }
    expect(trace.slots / 65536).toBeCloseTo(0.5, 1);
    // The busiest quarter of all picks falls on 4 places, so many blocks are gone within a few events.
    const d = describeTrace(trace);
    expect(d.lifetimeEvents.p10).toBeLessThan(40);
    expect(d.lifetimeEvents.p90).toBeGreaterThan(50_000);
  });

  test("xmalloc: 64 bytes, first in first out, the queue fills up and no further", () => {
    const trace = xmalloc();
    expect(new Set(sizesOf(trace))).toEqual(new Set([64]));
    expect(trace.slots).toBe(256 * 100);
    const batch = { batch: 10, queue: 3, scale: 0.1 };
    expect(xmalloc(batch)).toMatchObject({ slots: 30, allocations: 800 });
    expect(new Set(sizesOf(xmalloc({ ...batch, sizes: [8, 2048] })))).toEqual(new Set([8, 2048]));
  });

  test("glibc-simple: every pair of size and count as often, half forwards and half backwards", () => {
    const trace = glibcSimple();
    for (const size of [16, 32, 64]) expect(shareOf(sizesOf(trace), size, size)).toBeCloseTo(1 / 3, 10);
    expect(trace.slots).toBe(1600);
    // The first round has 25 blocks: 12 freed from the first on, 13 from the last on.
    const forwards = Array.from({ length: 12 }, (_, i) => i);
    const backwards = Array.from({ length: 13 }, (_, i) => 24 - i);
    expect([...trace.slot.subarray(25, 50)]).toEqual([...forwards, ...backwards]);
    expect(trace.op.subarray(25, 50).every((op) => op === FREE)).toBe(true);
  });

  test("glibc-thread: 1,024 live, the inverse square of 4–32,768 bytes", () => {
    const trace = glibcThread();
    const sizes = sizesOf(trace);
    expect(trace.slots).toBe(1024);
    expect(extent(sizes)[0]).toBe(4);
    expect(extent(sizes)[1]).toBeLessThanOrEqual(32_768);
    expect(shareOf(sizes, 4, 7)).toBeCloseTo(0.5, 2);
    expect(shareOf(sizes, 4, 39)).toBeCloseTo(0.9, 2);
  });

  test("malloc-large: 20 live of 5–25 MiB", () => {
    const trace = mallocLarge();
    const [least, most] = extent(sizesOf(trace));
    expect(least).toBeGreaterThanOrEqual(5 * 2 ** 20);
    expect(most).toBeLessThanOrEqual(25 * 2 ** 20);
    expect(trace.slots).toBe(20);
    expect(describeTrace(trace).sizes.mean / 2 ** 20).toBeCloseTo(15, 0);
  });

  test("rbstress: strings to 40 bytes that are gone at once, one in 20 kept until 2,000 are", () => {
    const trace = rbstress();
    const sizes = sizesOf(trace);
    expect(shareOf(sizes, 0, 40) * sizes.length).toBe(120_000);
    expect(sizes.filter((size) => size === 100_000)).toHaveLength(sizes.length - 120_000);
    expect(sizes.length).toBe(120_000 + 1 + Math.floor(6000 / 2000));
    expect(trace.slots).toBe(2001);
    expect(describeTrace(trace).lifetimeEvents.p90).toBe(1);
  });

  test("reverse-free: arrays of one size, forwards and backwards", () => {
    const trace = reverseFree({ blocks: 3, scale: 0.025 });
    const frees = [...trace.slot].filter((_, e) => trace.op[e] === FREE);
    expect(frees).toEqual([0, 1, 2, 5, 4, 3, 6, 7, 8, ...frees.slice(9)]);
    const sizes = sizesOf(trace);
    for (let i = 0; i < sizes.length; i += 3) expect(new Set(sizes.slice(i, i + 3)).size).toBe(1);
    expect(extent(sizesOf(reverseFree()))[1]).toBeLessThanOrEqual(1000);
  });

  test("fleet: the mean of the fleet, by shares and by lives", () => {
    const live = 20_000;
    const trace = fleet({ scale: 2, live });
    const sizes = sizesOf(trace).slice(live);
    const liveSizes = sizesOf(fleet({ scale: 0.01, live: 100_000 })).slice(0, 100_000);
    const sum = FLEET_BINS.reduce((all, bin) => all + bin.share, 0);
    const lives = FLEET_BINS.reduce((all, bin) => all + bin.share * bin.life, 0);
    FLEET_BINS.forEach(({ upTo, share, life }, b) => {
      const above = b === 0 ? 1 : FLEET_BINS[b - 1].upTo + 1;
      expect(shareOf(sizes, above, upTo)).toBeCloseTo(share / sum, 2);
      expect(shareOf(liveSizes, above, upTo)).toBeCloseTo((share * life) / lives, 2);
    });
    // As published: 88–98 % up to 1 KiB, median 48–64 bytes, 87–99 % multiples of 8.
    const d = describeTrace(trace);
    expect(d.shareToKiB).toBeGreaterThan(0.88);
    expect(d.shareToKiB).toBeLessThan(0.98);
    expect(d.sizes.p50).toBeGreaterThanOrEqual(40);
    expect(d.sizes.p50).toBeLessThanOrEqual(64);
    const eights = sizes.filter((size) => size % 8 === 0).length / sizes.length;
    expect(eights).toBeGreaterThan(0.87);
    expect(eights).toBeLessThan(0.99);
    // The steady state holds.
    expect(trace.slots / live).toBeLessThan(1.06);
  });

  test("sawtooth: each tooth doubles the size at about the same bytes", () => {
    const trace = sawtooth({ height: 1000, scale: 0.25 });
    const teeth: number[][] = [[]];
    for (let e = 0; e < trace.events; e++) {
      if (trace.op[e] === ALLOCATE) teeth[teeth.length - 1].push(trace.size[e]);
      else if (trace.op[e + 1] === ALLOCATE) teeth.push([]);
    }
    expect(teeth.map((tooth) => tooth.length)).toEqual([1000, 500, 250, 125, 62, 31, 15].slice(0, 6));
    teeth.forEach((tooth, k) => {
      const [least, most] = extent(tooth);
      expect(least).toBeGreaterThanOrEqual(16 << k);
      expect(most).toBeLessThan(32 << k);
    });
    expect(trace.slots).toBe(1000);
  });

  test("checkerboard: every other block goes, and blocks of twice the size come", () => {
    const trace = checkerboard({ blocks: 6, size: 10, scale: 0.1 });
    expect([...trace.op]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1]);
    expect([...trace.slot.subarray(6, 9)]).toEqual([0, 2, 4]);
    expect([...trace.size.subarray(9, 11)]).toEqual([20, 20]);
    expect(trace.peakBytes).toBe(70);
  });

  test("pinned: one block a page stays until the sizes start again", () => {
    const trace = pinned({ pages: 2, page: 256, scale: 7 / 28 });
    // 8 + 5 + 4 + 2 + 2 + 1 + 1 blocks a page.
    expect(trace.allocations).toBe(2 * 23);
    const live: number[] = [];
    let blocks = 0;
    for (let e = 0; e < trace.events; e++) {
      blocks += trace.op[e] === ALLOCATE ? 1 : -1;
      if (trace.op[e] === FREE && trace.op[e + 1] === ALLOCATE) live.push(blocks);
    }
    expect(live).toEqual([2, 4, 6, 8, 10]);
  });

  test("grow-by-one: each reallocation adds a byte, up to 4,096", () => {
    const trace = growByOne();
    const size = new Map<number, number>();
    let wrong = 0;
    for (let e = 0; e < trace.events; e++) {
      if (trace.op[e] === FREE) size.delete(trace.slot[e]);
      else if (trace.size[e] !== (trace.op[e] === ALLOCATE ? 1 : (size.get(trace.slot[e]) ?? 0) + 1)) wrong++;
      if (trace.op[e] !== FREE) size.set(trace.slot[e], trace.size[e]);
    }
    expect(wrong).toBe(0);
    expect(trace.slots).toBe(64);
    expect(extent([...trace.size])[1]).toBe(4096);
  });
});

describe("options that make no sense", () => {
  test.each([
    ["seed", () => larson({ seed: -1 }), "invalid seed: -1 is not a whole number from 0 to 9007199254740991"],
    ["scale", () => larson({ scale: 0 }), "invalid scale: 0 is not above 0 and at most 1000000"],
    ["scale", () => larson({ scale: Number.NaN }), "invalid scale: NaN is not above 0 and at most 1000000"],
    ["live", () => larson({ live: 0 }), "invalid live: 0 is not a whole number from 1 to 2147483647"],
    ["most", () => larson({ most: 7 }), "invalid most: 7 is not a whole number from 8 to 2147483647"],
    ["profile", () => fleet({ profile: 10 }), "invalid profile: 10 is not a whole number from 0 to 9"],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(message);
    expect(run).toThrow(RangeError);
  });
});
