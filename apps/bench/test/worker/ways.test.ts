import { describe, expect, test } from "vitest";
import { makeProgram } from "../../src/subjects/events.ts";
import { WAYS, type Way } from "../../src/subjects/subject.ts";
import { makeLive, type Target } from "../../src/subjects/target.ts";
import { replay } from "../../src/worker/loops.ts";
import { replayIn } from "../../src/worker/ways.ts";

/** Writes down what it is asked for. */
class Recording implements Target<number> {
  readonly asked: string[] = [];
  made = 0;
  allocate(size: number): number {
    this.asked.push(`${size}`);
    return ++this.made;
  }
  free(block: number): void {
    this.asked.push(`-${block}`);
  }
  reallocate(block: number, size: number): number {
    this.asked.push(`${block}:${size}`);
    return ++this.made;
  }
}

/** 120 blocks: each allocated; the odd ones reallocated; the even ones freed, and every sixth stays. */
const program = makeProgram(280, 120, (at) => {
  for (let i = 0; i < 120; i++) at(i, 0, i, i);
  for (let i = 0; i < 60; i++) at(120 + i, 2, 2 * i + 1, 500 + i);
  for (let i = 0; i < 100; i++) at(180 + i, 1, i + Math.floor(i / 5), 0);
});

describe.each(Object.keys(WAYS) as Way[])("called by way of %s", (way) => {
  const [plain, plainLive] = [new Recording(), makeLive("offsets", 120)];
  const [target, other, live] = [new Recording(), new Recording(), makeLive("offsets", 120)];
  const run = replayIn(way, program, other)(target, live);
  const runPlain = replay(program)(plain, plainLive);

  test("a heap is asked for the same, in whatever parts", () => {
    for (const [from, to] of [
      [0, 64],
      [64, 200],
      [200, 280],
    ] as const) {
      run(from, to);
      runPlain(from, to);
      expect(target.asked).toEqual(plain.asked);
      expect(live).toEqual(plainLive);
    }
    expect(target.asked).toHaveLength(280);
  });

  test(`the second heap ${way === "field" ? "is at work too, and has nothing left" : "is not asked"}`, () => {
    const frees = other.asked.filter((one) => one.startsWith("-"));
    expect([other.made, frees.length]).toEqual(way === "field" ? [64, 64] : [0, 0]);
  });
});
