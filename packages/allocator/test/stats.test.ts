import { describe, expect, test } from "vitest";
import { makeStats } from "../src/implement.ts";
import { diffStats, formatStats, STAT_FIELDS, sumStats } from "../src/index.ts";

const small = makeStats(
  {
    committed: 4096,
    overhead: 96,
    reserved: 3000,
    peakReserved: 3500,
    live: 2000,
    free: 1000,
    largestFree: 750,
    blocks: 5,
  },
  [
    { size: 16, blocks: 3, reserved: 1000 },
    { size: 64, blocks: 2, reserved: 2000 },
  ],
);
const large = makeStats(
  { committed: 65536, overhead: 536, reserved: 60000, peakReserved: 60000, live: 50000, free: 3000, largestFree: 2250 },
  [
    { size: 64, blocks: 10, reserved: 40000 },
    { size: 256, blocks: 1, reserved: 20000 },
  ],
);

describe("makeStats", () => {
  test("fills in what is not given, and has every field of the table", () => {
    const stats = makeStats({});
    for (const field of Object.keys(STAT_FIELDS)) expect(stats).toHaveProperty(field, 0);
    expect(stats.fragmentation).toBe(0);
    expect(stats.classes).toEqual([]);
  });

  test.each([
    [0, 0, 0],
    [1000, 1000, 0],
    [1000, 250, 0.75],
  ])("of %d free bytes, %d in one piece: fragmentation %d", (free, largestFree, fragmentation) => {
    expect(makeStats({ free, largestFree }).fragmentation).toBe(fragmentation);
  });
});

describe("sumStats", () => {
  test("adds the fields, and takes the largest of the largest", () => {
    expect(sumStats([small, large])).toEqual({
      committed: 69632,
      overhead: 632,
      reserved: 63000,
      peakReserved: 63500,
      live: 52000,
      free: 4000,
      largestFree: 2250,
      blocks: 5,
      fragmentation: 1 - 2250 / 4000,
      classes: [
        { size: 16, blocks: 3, reserved: 1000 },
        { size: 64, blocks: 12, reserved: 42000 },
        { size: 256, blocks: 1, reserved: 20000 },
      ],
    });
  });

  test("of one is that one, of none is nothing", () => {
    expect(sumStats([small])).toEqual(small);
    expect(sumStats([])).toEqual(makeStats({}));
  });
});

describe("diffStats", () => {
  test("is what changed, with the classes that changed", () => {
    const later = makeStats({ ...small, live: 1900, blocks: 4, free: 2000, largestFree: 1000 }, [
      { size: 16, blocks: 3, reserved: 1000 },
      { size: 64, blocks: 1, reserved: 2000 },
      { size: 128, blocks: 1, reserved: 500 },
    ]);
    expect(diffStats(small, later)).toEqual({
      committed: 0,
      overhead: 0,
      reserved: 0,
      peakReserved: 0,
      live: -100,
      free: 1000,
      largestFree: 250,
      blocks: -1,
      fragmentation: 0.25,
      classes: [
        { size: 64, blocks: -1, reserved: 0 },
        { size: 128, blocks: 1, reserved: 500 },
      ],
    });
  });

  test("of a moment with itself is nothing", () => {
    expect(diffStats(large, large)).toEqual(makeStats({}));
  });

  test("shows a class that is gone", () => {
    const gone = makeStats({ ...small }, []);
    expect(diffStats(small, gone).classes).toEqual([
      { size: 16, blocks: -3, reserved: -1000 },
      { size: 64, blocks: -2, reserved: -2000 },
    ]);
  });
});

test("formatStats prints one line a field and one a class", () => {
  expect(formatStats(small)).toBe(
    [
      "committed               4,096 B  held from the system, metadata included",
      "overhead                   96 B  metadata",
      "reserved                3,000 B  set aside for blocks",
      "peakReserved            3,500 B  most ever reserved",
      "live                    2,000 B  usable, in live blocks",
      "free                    1,000 B  not yet set aside",
      "largestFree               750 B  largest contiguous part of that",
      "blocks                      5    live blocks",
      "fragmentation            25.0 %  of the free",
      "class 16                    3    live blocks in 1000 B",
      "class 64                    2    live blocks in 2000 B",
    ].join("\n"),
  );
});

test("what is no stats, or has a hole, is refused by code", () => {
  const hollow = { ...small, live: undefined } as never;
  const classless = { ...small, classes: [{ size: 16 }] } as never;
  const calls = [
    [() => sumStats([small, {} as never]), "invalid stats: committed is undefined, no number"],
    [() => diffStats(small, hollow), "invalid stats: live is undefined, no number"],
    [() => formatStats(hollow), "invalid stats: live is undefined, no number"],
    [() => formatStats(classless), "invalid class: blocks is undefined, no number"],
  ] as const;
  for (const [run, message] of calls) {
    expect(run).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message }));
  }
});
