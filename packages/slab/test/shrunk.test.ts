/** A buffer that goes away, or becomes shorter, in the middle of a program: each verb says so, and has changed nothing. */
import { describe, expect, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";
import { drive, random, thrownBy } from "./heaps.ts";

const CAPACITY = 1 << 20;

/** A heap in use over a buffer that can be made shorter, and its live blocks. */
function busy() {
  const buffer = new ArrayBuffer(CAPACITY, { maxByteLength: 1 << 24 });
  const heap = new SlabAllocator({ buffer });
  const live: number[] = [];
  drive(heap, live, random(1), 1500, 30_000);
  const large = heap.allocate(100_000);
  return { buffer, heap, small: live.find((p) => heap.sizeOf(p) < 200) as number, large };
}

type Busy = ReturnType<typeof busy>;

const VERBS: Record<string, (_: Busy) => unknown> = {
  "allocate, small": ({ heap }) => heap.allocate(100),
  "allocate, of a size that is rare": ({ heap }) => heap.allocate(15_000),
  "allocate, large": ({ heap }) => heap.allocate(20_000),
  "allocate, aligned": ({ heap }) => heap.allocate(100, 4096),
  "allocate, by growing": ({ heap }) => heap.allocate(1 << 21),
  tryAllocate: ({ heap }) => heap.tryAllocate(24),
  "free, small": ({ heap, small }) => heap.free(small),
  "free, large": ({ heap, large }) => heap.free(large),
  sizeOf: ({ heap, small }) => heap.sizeOf(small),
  "resize, shorter": ({ heap, large }) => heap.resize(large, 5000),
  "resize, longer": ({ heap, large }) => heap.resize(large, 1 << 21),
  "reallocate, small": ({ heap, small }) => heap.reallocate(small, 5000),
  "reallocate, large": ({ heap, large }) => heap.reallocate(large, 300_000),
  allocateMany: ({ heap }) => heap.allocateMany(64, new Int32Array(100)),
  freeMany: ({ heap, small, large }) => heap.freeMany(Int32Array.of(small, large)),
  reset: ({ heap }) => heap.reset(),
  stats: ({ heap }) => heap.stats(),
  verify: ({ heap }) => heap.verify(),
};

describe.each(Object.keys(VERBS))("%s", (verb) => {
  test.each([1, 4096, 50_000, 800_000])("of a heap that lost its last %i bytes", (lost) => {
    const state = busy();
    const { buffer, heap } = state;
    const length = buffer.byteLength;
    const before = heap.words.slice();
    buffer.resize(length - lost);
    expect(thrownBy(() => VERBS[verb](state))).toBe(
      `ERR_CORRUPTED: corrupted: truncated: the heap ends at byte ${length}, its buffer at ${length - lost}`,
    );
    expect(buffer.byteLength).toBe(length - lost);
    // The control block, at the start, is as it was: with as many bytes as before it goes on.
    buffer.resize(length);
    expect(heap.words).toEqual(before);
    heap.verify();
    heap.free(heap.allocate(1000));
  });

  test("of a heap that lost a part of its control block", () => {
    const state = busy();
    state.buffer.resize(8192);
    expect(thrownBy(() => VERBS[verb](state))).toMatch(
      /^ERR_CORRUPTED: corrupted: truncated: the heap ends at byte \d+, its buffer at 8192$/,
    );
  });

  test.each([
    ["was transferred", (buffer: ArrayBuffer) => structuredClone(buffer, { transfer: [buffer] })],
    ["has no bytes any more", (buffer: ArrayBuffer) => buffer.resize(0)],
  ])("of a heap whose buffer %s", (_, lose) => {
    const state = busy();
    lose(state.buffer);
    expect(thrownBy(() => VERBS[verb](state))).toBe(
      "ERR_DETACHED: detached: the heap's memory is gone, its buffer was transferred or unmapped, or its WebAssembly.Memory has grown: attach to the memory, not to its buffer",
    );
  });
});

test("a heap that grew is as long as it grew, whoever of two contexts has made it longer", () => {
  const buffer = new ArrayBuffer(CAPACITY, { maxByteLength: 1 << 24 });
  const one = new SlabAllocator({ buffer });
  const two = SlabAllocator.attach(buffer);
  two.allocate(2 << 20);
  const small = two.allocate(15_000);
  buffer.resize(buffer.byteLength - 1);
  for (const heap of [one, two]) {
    for (const call of [() => heap.allocate(20_000), () => heap.reallocate(small, 300_000), () => heap.free(4096)]) {
      expect(thrownBy(call)).toMatch(/^ERR_CORRUPTED: corrupted: truncated: /);
    }
  }
});
