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
