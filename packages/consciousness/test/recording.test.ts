import { describe, expect, test } from "vitest";
import { ACQUIRE, ALLOCATE, FREE, MOVE, RELEASE, Recording } from "../src/recording.ts";

const NAMES = ["allocate", "free", "move", "acquire", "release"];
const told = (recording: Recording): string[] => {
  const { operation, place, bytes } = recording.program();
  return [...operation].map((what, i) => `${NAMES[what]} ${place[i]}${bytes[i] > 0 ? ` ${bytes[i]}` : ""}`);
};

describe("a program", () => {
  test("is what was done, by places that are used again, and ends empty", () => {
    const recording = new Recording(100);
    recording.add(ALLOCATE, 4096, 100, 0);
    recording.add(ALLOCATE, 8192, 50, 0);
    recording.add(FREE, 4096, 0, 0);
    recording.add(ACQUIRE, 7, 0, 0);
    recording.add(MOVE, 8192, 500, 16384);
    recording.add(RELEASE, 7, 0, 0);
    expect(recording.length).toBe(6);
    expect(told(recording)).toEqual([
      "allocate 0 100",
      "allocate 1 50",
      "free 0",
      "acquire 0",
      "move 1 500",
      "release 0",
      "free 1",
    ]);
    expect(recording.program().places).toBe(2);
  });

  test("leaves out the frees of what was made before, and begins with what was moved", () => {
    const recording = new Recording(3);
    recording.add(ALLOCATE, 16, 10, 0);
    recording.add(ALLOCATE, 32, 10, 0);
    recording.add(FREE, 16, 0, 0);
    recording.add(MOVE, 32, 20, 64);
    recording.add(ACQUIRE, 1, 0, 0);
    expect(recording.count).toBe(5);
    expect(recording.length).toBe(3);
    expect(told(recording)).toEqual(["allocate 0 20", "acquire 1", "free 0", "release 1"]);
  });

  test("frees what ended behind the VM's back", () => {
    const recording = new Recording(9);
    recording.add(ALLOCATE, 16, 10, 0);
    recording.add(ALLOCATE, 16, 20, 0);
    recording.add(ACQUIRE, 3, 0, 0);
    recording.add(ACQUIRE, 3, 0, 0);
    expect(told(recording)).toEqual([
      ...["allocate 0 10", "free 0", "allocate 0 20", "acquire 1", "release 1", "acquire 1", "free 0", "release 1"],
    ]);
  });

  test("ends what was at the place that a block is moved to", () => {
    const recording = new Recording(9);
    recording.add(ALLOCATE, 16, 10, 0);
    recording.add(ALLOCATE, 32, 20, 0);
    recording.add(MOVE, 16, 30, 32);
    expect(told(recording)).toEqual(["allocate 0 10", "allocate 1 20", "free 1", "move 0 30", "free 0"]);
  });

  test("knows how many bytes are live at once", () => {
    const recording = new Recording(9);
    recording.add(ALLOCATE, 16, 100, 0);
    recording.add(ALLOCATE, 32, 50, 0);
    recording.add(FREE, 16, 0, 0);
    recording.add(ALLOCATE, 64, 70, 0);
    recording.add(MOVE, 32, 90, 32);
    recording.add(ACQUIRE, 1, 0, 0);
    expect(recording.program().peakBytes).toBe(160);
  });

  test("begins with the oldest that is remembered, wherever the ring is", () => {
    const recording = new Recording(3);
    for (let i = 1; i <= 5; i++) recording.add(ALLOCATE, 16 * i, i, 0);
    recording.add(FREE, 16 * 4, 0, 0);
    expect(told(recording)).toEqual(["allocate 0 4", "allocate 1 5", "free 0", "free 1"]);
    recording.clear();
    expect([recording.count, recording.length]).toEqual([0, 0]);
    recording.add(ALLOCATE, 16, 7, 0);
    expect(told(recording)).toEqual(["allocate 0 7", "free 0"]);
  });

  test("knows sizes above 2³¹, and offsets", () => {
    const recording = new Recording(2);
    recording.add(ALLOCATE, 0xfff0_0000, 0xf000_0000, 0);
    recording.add(FREE, 0xfff0_0000, 0, 0);
    expect(told(recording)).toEqual([`allocate 0 ${0xf000_0000}`, "free 0"]);
  });

  test("of nothing is empty", () => {
    const recording = new Recording(0);
    recording.add(ALLOCATE, 16, 10, 0);
    expect(recording.program().operation.length).toBe(0);
    const cleared = new Recording(4);
    cleared.add(ALLOCATE, 16, 10, 0);
    cleared.clear();
    expect(cleared.length).toBe(0);
    expect(told(cleared)).toEqual([]);
  });
});

describe("rows", () => {
  /** Allocates `n` blocks of their own sizes, from `from` on. */
  const some = (recording: Recording, from: number, n: number) => {
    for (let i = from; i < from + n; i++) recording.add(ALLOCATE, 16 * i, i, 0);
  };
  const sizes = (recording: Recording) => [...recording.program().bytes].filter((bytes) => bytes > 0);

  test("of 4,096 operations are recorded whole, after each of which seven pass unseen", () => {
    const recording = new Recording(4096);
    const first = Array.from({ length: 4096 }, (_, i) => 1 + i);
    some(recording, 1, 4096);
    expect(sizes(recording)).toEqual(first);
    some(recording, 4097, 7 * 4096);
    expect([recording.count, recording.length]).toEqual([4096, 4096]);
    expect(sizes(recording)).toEqual(first);
    // The next row takes the place of the first, from its oldest on.
    some(recording, 1 + 8 * 4096, 1000);
    expect([recording.count, recording.length]).toEqual([5096, 4096]);
    expect(sizes(recording)).toEqual([...first.slice(1000), ...first.slice(0, 1000).map((i) => i + 8 * 4096)]);
    some(recording, 1 + 8 * 4096 + 1000, 8 * 4096 - 1000);
    expect(sizes(recording)).toEqual(first.map((i) => i + 8 * 4096));
  });

  test("are as long as a longer ring, and no shorter than 4,096 for a shorter one", () => {
    const [long, short] = [new Recording(5000), new Recording(10)];
    for (const recording of [long, short]) some(recording, 1, 100_000);
    // Rows of 5,000 are 1 to 5,000, 40,001 to 45,000, 80,001 to 85,000; of 4,100, which are 410 times 10, the fourth begins with 98,401.
    expect(long.count).toBe(15_000);
    expect(sizes(long)[0]).toBe(80_001);
    expect(short.count).toBe(3 * 4100 + 100_000 - 98_400);
    expect(sizes(short)).toEqual(Array.from({ length: 10 }, (_, i) => 99_991 + i));
  });

  test("begin anew once all is forgotten", () => {
    const recording = new Recording(4);
    some(recording, 1, 5000);
    expect(recording.count).toBe(4096);
    recording.clear();
    some(recording, 7, 2);
    expect(sizes(recording)).toEqual([7, 8]);
    some(recording, 9, 4094);
    some(recording, 5000, 100);
    expect(recording.count).toBe(4096);
  });

  test("a block whose free passed unseen is freed before another is made in its place, or at the end", () => {
    const recording = new Recording(4096);
    recording.add(ALLOCATE, 8, 100, 0);
    recording.add(ALLOCATE, 16, 200, 0);
    for (let i = 2; i < 4096; i++) recording.add(FREE, 24, 0, 0);
    recording.add(FREE, 8, 0, 0);
    for (let i = 1; i < 7 * 4096; i++) recording.add(FREE, 24, 0, 0);
    // The ring is full: the first entry is overwritten.
    recording.add(ALLOCATE, 16, 300, 0);
    expect(told(recording)).toEqual(["allocate 0 200", "free 0", "allocate 0 300", "free 0"]);
  });
});

describe("once it has ended, a recording", () => {
  test("records no more, and another one of its size begins empty in its ring", () => {
    const ended = new Recording(8);
    ended.add(ALLOCATE, 16, 10, 0);
    ended.end();
    const next = new Recording(8);
    expect(next.length).toBe(0);
    ended.add(ALLOCATE, 16, 99, 0);
    ended.end();
    expect([ended.length, ended.program().operation.length]).toEqual([0, 0]);
    next.add(ALLOCATE, 32, 20, 0);
    const other = new Recording(8);
    other.add(ALLOCATE, 16, 30, 0);
    expect([told(next), told(other)]).toEqual([
      ["allocate 0 20", "free 0"],
      ["allocate 0 30", "free 0"],
    ]);
  });
});
