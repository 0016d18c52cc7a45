/** Above 2 GiB, where an offset is no 32-bit integer with a sign any more. The memory is touched at a few places only. */
import { describe, expect, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";
import { drive, random, thrownBy } from "./heaps.ts";

const GiB = 2 ** 30;
const MOST = 4 * GiB - 65536;

function tryBuffer(): ArrayBuffer | undefined {
  try {
    return new ArrayBuffer(MOST);
  } catch {
    return undefined; // not on this machine
  }
}

const buffer = tryBuffer();
const double = (p: number) => `ERR_DOUBLE_FREE: double free: the block at offset ${p} is free already`;
const invalid = (p: number) => `ERR_INVALID_FREE: invalid free: no block begins at offset ${p}`;

describe.skipIf(buffer === undefined)("a heap of 4 GiB − 64 KiB", () => {
  const create = () => new SlabAllocator({ buffer: buffer! });

  test("works above 2 GiB as it does below", () => {
    const heap = create();
    expect(heap.capacity).toBe(MOST);
    const big = heap.allocate(2.5 * GiB);
    expect(heap.sizeOf(big)).toBe(2.5 * GiB);
    const bytes = new Uint8Array(heap.memory.buffer);
    bytes[big] = 1;
    bytes[big + 2.5 * GiB - 1] = 2;
    for (const size of [1, 16, 40, 1000, 16384, 16385, 1_000_000]) {
      const p = heap.allocate(size);
      expect(p).toBeGreaterThan(2.5 * GiB);
      bytes.fill(7, p, p + size);
      const moved = heap.reallocate(p, 3 * size + 20_000);
      expect(moved).toBeGreaterThan(2.5 * GiB);
      expect(bytes.subarray(moved, moved + size).every((byte) => byte === 7)).toBe(true);
      if (moved !== p) expect(thrownBy(() => heap.free(p))).toBe(double(p));
      expect(thrownBy(() => heap.free(moved + 8))).toBe(invalid(moved + 8));
      expect(thrownBy(() => heap.free(moved - 2 ** 32))).toBe(invalid(moved - 2 ** 32));
      heap.free(moved);
      expect(thrownBy(() => heap.free(moved))).toBe(double(moved));
      expect(thrownBy(() => heap.sizeOf(moved))).toBe(
        `ERR_INVALID_BLOCK: invalid block: no live block begins at offset ${moved}`,
      );
    }
    const out = new Int32Array(1000);
    expect(heap.allocateMany(100, out)).toBe(1000);
    expect(out[0]).toBeLessThan(0);
    expect(out[0] >>> 0).toBeGreaterThan(2.5 * GiB);
    heap.freeMany(out);
    const aligned = heap.allocate(100_000, 65536);
    expect(aligned % 65536).toBe(0);
    expect([bytes[big], bytes[big + 2.5 * GiB - 1]]).toEqual([1, 2]);
    heap.verify();
    heap.free(aligned);
    heap.free(big);
    expect(thrownBy(() => heap.free(big))).toBe(double(big));
  });

  test("under all calls, and attached", () => {
    const heap = create();
    heap.allocate(3 * GiB);
    const live: number[] = [];
    drive(heap, live, random(1), 20_000, 1_000_000);
    const other = SlabAllocator.attach(buffer!);
    expect(other.stats()).toEqual(heap.stats());
    for (const p of live) other.free(p);
    expect(heap.stats()).toMatchObject({ blocks: 1, live: 3 * GiB });
    heap.verify();
  });

  test("to its last page", () => {
    const heap = create();
    const { largestFree } = heap.stats();
    const p = heap.allocate(largestFree);
    expect(p + largestFree).toBe(MOST);
    expect(heap.tryAllocate(1)).toBe(0);
    expect(heap.resize(p, largestFree - 4096)).toBe(true);
    const last = heap.allocate(16);
    expect(last).toBe(MOST - 4096);
    expect(heap.stats().overhead / MOST).toBeLessThan(0.03);
    heap.free(last);
    expect(thrownBy(() => heap.free(last))).toBe(double(last));
  });

  test("whose base is above 2 GiB", () => {
    const byteOffset = 3 * GiB + 1;
    const heap = new SlabAllocator({ buffer: buffer!, byteOffset, byteLength: 1 << 20 });
    const live: number[] = [];
    drive(heap, live, random(2), 5000);
    for (const p of live) expect(p).toBeGreaterThan(3 * GiB);
    const other = SlabAllocator.attach(buffer!, byteOffset);
    other.verify();
    for (const p of live) other.free(p);
    expect(heap.stats().blocks).toBe(0);
    expect(heap.traits.grows).toBe(false);
  });

  test("whose base is above 2 GiB, and that grows", () => {
    const growing = new ArrayBuffer(3 * GiB + 65536, { maxByteLength: 3 * GiB + (1 << 20) });
    const heap = new SlabAllocator({ buffer: growing, byteOffset: 3 * GiB });
    expect(heap.traits.grows).toBe(true);
    const p = heap.allocate(500_000);
    expect(p).toBeGreaterThan(3 * GiB);
    expect(growing.byteLength).toBeGreaterThanOrEqual(p + 500_000);
    heap.verify();
  });
});
