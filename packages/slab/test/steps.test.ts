/** Resizable buffers of WebAssembly programs, which grow by whole pages of 64 KiB only. */
import { describe, expect, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";
import * as L from "../src/layout.ts";
import { drive, random } from "./heaps.ts";

const STEP = 65536;

/** A buffer that refuses all other lengths, as `toResizableBuffer` of a `WebAssembly.Memory` makes them. */
function inSteps(bytes: number, maxByteLength: number, shared: boolean): ArrayBufferLike {
  const buffer = shared ? new SharedArrayBuffer(bytes, { maxByteLength }) : new ArrayBuffer(bytes, { maxByteLength });
  const verb = shared ? "grow" : "resize";
  const value = (length: number): void => {
    if (length % STEP !== 0) throw new RangeError(`invalid length: ${length}`);
    Reflect.get(Object.getPrototypeOf(buffer), verb).call(buffer, length);
  };
  Object.defineProperty(buffer, verb, { value });
  return buffer;
}

describe.each([false, true])("a buffer that grows in steps (shared: %s)", (shared) => {
  test("has the heap that one which grows at will has", () => {
    const place = { byteOffset: 5000, byteLength: 5_000_001 };
    const buffer = inSteps(STEP, 1 << 23, shared);
    const [heap, twin] = [
      new SlabAllocator({ buffer, ...place }),
      new SlabAllocator({ buffer: new ArrayBuffer(STEP, { maxByteLength: 1 << 23 }), ...place }),
    ];
    const [live, alsoLive]: number[][] = [[], []];
    drive(heap, live, random(3), 3000, 200_000);
    drive(twin, alsoLive, random(3), 3000, 200_000);
    expect(live).toEqual(alsoLive);
    expect(heap.words).toEqual(twin.words);
    expect(heap.traits.grows).toBe(true);
    expect(buffer.byteLength).toBeGreaterThan(1 << 20);
    expect(buffer.byteLength % STEP).toBe(0);
  });

  test("has an attached heap grow, and a large block in place", () => {
    const buffer = inSteps(4 * STEP, 1 << 24, shared);
    new SlabAllocator({ buffer });
    const heap = SlabAllocator.attach(buffer);
    const p = heap.allocate(300_000);
    expect(heap.resize(p, 1_000_001)).toBe(true);
    expect(buffer.byteLength).toBeGreaterThan(1_000_001);
    heap.verify();
  });

  test("is used up to its end, where that is no whole step", () => {
    const buffer = new (shared ? SharedArrayBuffer : ArrayBuffer)(STEP, { maxByteLength: 3 * STEP + 8192 });
    const heap = new SlabAllocator({ buffer });
    heap.allocate(heap.stats().free + 2 * STEP + 8192);
    expect(buffer.byteLength).toBe(3 * STEP + 8192);
  });
});

test("a memory that says that it has grown, and has not, is out of memory", () => {
  const memory = { buffer: new ArrayBuffer(4 * STEP), grow: () => 4 };
  const heap = new SlabAllocator({ memory, byteLength: 64 * STEP });
  const before = heap.words.slice();
  expect(heap.tryAllocate(20 * STEP)).toBe(0);
  // But for the pages to trim from, which those that were asked for count in.
  before[L.H_TRIM] = heap.words[L.H_TRIM];
  expect(heap.words).toEqual(before);
});
