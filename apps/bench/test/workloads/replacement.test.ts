import { describe, expect, test } from "vitest";
import { ALLOCATE, FREE, needs } from "../../src/subjects/events.ts";
import { makeLive, type Target } from "../../src/subjects/target.ts";
import { replay, xorshift } from "../../src/worker/loops.ts";
import { REPLACEMENTS, replacementOf } from "../../src/workloads/heap/replacement.ts";
import { STARTS } from "../../src/workloads/heap/traces.ts";

describe("replacement", () => {
  test("is of five live sets", () => {
    expect(REPLACEMENTS.map(({ name }) => name)).toEqual([
      "replace-256x64",
      "replace-8192x64",
      "replace-8192x8-64",
      "replace-65536x8-64",
      "replace-8192x65-1024",
    ]);
  });

  test("never has more live, and sizes of its band only", () => {
    const { program, prelude, events } = replacementOf({ live: 100, least: 8, most: 64 }, 2000);
    expect([prelude, events, program.events, program.slots]).toEqual([100, 4000, 4100, 100]);
    const sizes = new Set<number>();
    const places = new Set<number>();
    for (let i = 0; i < program.events; i++) {
      const isFree = i >= prelude && i % 2 === 0;
      expect(program.op[i]).toBe(isFree ? FREE : ALLOCATE);
      if (isFree) places.add(program.slot[i]!);
      else sizes.add(program.size[i]!);
      if (i > prelude && !isFree) expect(program.slot[i]).toBe(program.slot[i - 1]);
    }
    expect([Math.min(...sizes), Math.max(...sizes), sizes.size, places.size]).toEqual([8, 64, 57, 100]);
    const { peakLive } = needs(program);
    expect(peakLive).toBeLessThanOrEqual(100 * 64);
  });

  test("its loop does what its program says, and then goes on with other numbers", () => {
    const work = replacementOf({ live: 20, least: 8, most: 64 }, 300);
    const record = () => {
      const asked: number[] = [];
      let made = 0;
      const target: Target<number> = {
        allocate(size) {
          asked.push(size);
          return ++made;
        },
        free: (block) => asked.push(-block),
        reallocate: (block) => block,
      };
      const live = makeLive("offsets", 20);
      const replayed = replay(work.program)(target, live);
      replayed(0, work.prelude);
      return { asked, replayed, loop: work.loop(target, live) };
    };
    const [a, b] = [record(), record()];
    a.replayed(work.prelude, work.program.events);
    b.loop(0, 200);
    b.loop(200, work.events);
    expect(b.asked).toEqual(a.asked);
    b.loop(0, work.events);
    expect(b.asked.slice(-600)).not.toEqual(a.asked.slice(-600));
  });

  test("its numbers are Marsaglia's", () => {
    let state = 1;
    const first = Array.from({ length: 4 }, () => (state = xorshift(state)) >>> 0);
    expect(first).toEqual([270369, 67634689, 2647435461, 307599695]);
  });
});

test("a start is the beginning of a program", async () => {
  const [small, large] = await Promise.all(STARTS.map(({ load }) => load()));
  expect([small!.events, large!.events]).toEqual([1000, 100_000]);
  expect([small!.program.events, small!.prelude]).toEqual([1000, 0]);
  expect(small!.program.op.subarray(0, 1000)).toEqual(large!.program.op.subarray(0, 1000));
});
