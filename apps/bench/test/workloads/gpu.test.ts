import { describe, expect, test } from "vitest";
import type { Suballocator } from "../../src/subjects/gpu/suballocator.ts";
import { GPU_SUBJECTS } from "../../src/subjects/gpu/subjects.ts";
import { observe } from "../../src/workloads/gpu/observe.ts";
import { FRAME, lookAt, makeStream, play, type Stream } from "../../src/workloads/gpu/stream.ts";
import { GPU_WORKLOADS } from "../../src/workloads/gpu/workloads.ts";

const SMALL = { range: 2 ** 27, frames: 300 };
const inRange = GPU_SUBJECTS.filter(({ name, origin }) => origin !== "loop" && name !== "buffers");

describe("the stream", () => {
  const stream = makeStream({ ...SMALL, load: 0.75 });

  test("is the same each time, and never has more live than it may", () => {
    expect(makeStream({ ...SMALL, load: 0.75 })).toEqual(stream);
    let [bytes, most] = [0, 0];
    for (const event of stream.events) {
      if (event >= 0) bytes += stream.sizes[event]!;
      else if (event < FRAME) bytes -= stream.sizes[-2 - event]!;
      most = Math.max(most, bytes);
    }
    expect(most).toBeLessThanOrEqual(0.75 * SMALL.range);
    expect(most).toBeGreaterThan(0.7 * SMALL.range);
    expect([...stream.events].filter((event) => event === FRAME).length).toBe(SMALL.frames);
    expect([Math.min(...stream.sizes) >= 1024, Math.max(...stream.sizes) < 4 * 2 ** 20]).toEqual([true, true]);
  });

  test("lets who hands out what is in use be found out", () => {
    const next = {
      moved: 0,
      allocate: () => ({}),
      free() {},
      frame() {},
      offsetOf: () => 0,
      room: () => ({ free: 1, largest: 1 }),
    };
    expect(() => lookAt(next, stream)).toThrow(/^blocks overlap: \d+ bytes at 0, and the next at 0$/);
  });
});

describe.each(inRange)("$name", ({ name, create }) => {
  const make = async (range: number): Promise<Suballocator> => create(range);

  test.each([0.5, 0.92])("has blocks apart, at a load of %f", async (load) => {
    const stream = makeStream({ ...SMALL, load });
    const { refused, peak, largest, moved } = lookAt(await make(stream.range), stream);
    expect(peak).toBeGreaterThan(0.9);
    expect([largest! > 0, largest! <= 1]).toEqual([true, true]);
    if (name !== "batched" && load === 0.5) expect(refused).toBe(0);
    expect(moved > 0).toBe(name === "range-heap-moves" || name === "batched");
  });

  test("gives what is freed to others two frames later, and not before, and joins it again", async () => {
    const heap = await make(2 ** 20);
    const half = heap.allocate(2 ** 19);
    const other = heap.allocate(2 ** 19);
    expect(heap.allocate(256)).toBeUndefined();
    heap.free(half);
    heap.free(other);
    for (let frame = 0; frame < 2; frame++) {
      expect(heap.allocate(256)).toBeUndefined();
      heap.frame();
    }
    heap.frame();
    expect(heap.room()?.free).toBe(2 ** 20);
    expect(heap.offsetOf(heap.allocate(2 ** 20))).toBe(0);
  });
});

test("what was refused does not leave", () => {
  const freed: unknown[] = [];
  const heap = {
    allocate: () => undefined,
    free: (one: unknown) => freed.push(one),
    frame() {},
  } as unknown as Suballocator;
  const stream: Stream = { range: 0, events: Int32Array.of(0, -2, FRAME), sizes: Int32Array.of(9), calls: 2 };
  expect(play(heap, stream, [undefined], 0, 3)).toBe(1);
  expect(freed).toEqual([]);
});

test("an observation has a time and what is counted", async () => {
  let turns = 2;
  const [first] = GPU_WORKLOADS;
  const request = { kind: "gpu", subject: "range-heap", workload: first!.name, ...SMALL, load: 0.5, warm: 0, timed: 1 };
  const { time, room } = await observe(request, async () => turns-- > 0);
  expect(time).toMatchObject({ stopped: false });
  expect(room).toMatchObject({ refused: 0, moved: 0 });
});
