import { expect, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";
import { random, thrownBy } from "./heaps.ts";
import { Reference } from "./reference.ts";

const CODES = { live: "nothing", double: "ERR_DOUBLE_FREE", invalid: "ERR_INVALID_FREE" };

test.each([
  [1, 256 * 1024, 256 * 1024],
  [2, 256 * 1024, 256 * 1024],
  [3, 1 << 20, 1 << 20],
  [4, 8 << 20, 8 << 20],
  [5, 32 << 20, 32 << 20],
  [6, 65536, 1 << 20],
  [7, 1 << 20, 1 << 24],
])(
  "an engine written from LAYOUT.md makes the same bytes (seed %i, %i bytes of at most %i)",
  (seed, capacity, most) => {
    const next = random(seed);
    const byteOffset = 4096 * next(40);
    const grows = most > capacity;
    const create = () =>
      new ArrayBuffer(byteOffset + capacity, grows ? { maxByteLength: byteOffset + most } : undefined);
    const [mine, buffer] = [create(), create()];
    const heap = new SlabAllocator({ buffer: mine, byteOffset });
    if (grows) buffer.resize(mine.byteLength);
    const other = Reference.create(buffer, byteOffset, most / 4096);
    const live: number[] = [];
    const same = () => expect(Buffer.compare(new Uint8Array(mine), new Uint8Array(buffer))).toBe(0);
    same();
    const made = (p: number, size: number, mark: number) => {
      live.push(p);
      for (const bytes of [mine, buffer]) new Uint8Array(bytes, p, size).fill(mark);
    };
    let full = 0;
    for (let call = 0; call < 20_000; call++) {
      const dice = next(100);
      const scale = next(100);
      const size = next(scale < 60 ? 129 : scale < 90 ? 1500 : scale < 98 ? 20_000 : 100_000);
      const phase = (call >>> 11) % 4;
      if (live.length > 0 && phase === 3) {
        // Steady: blocks are replaced.
        const at = next(live.length);
        heap.free(live[at]);
        other.free(live[at]);
        live.splice(at, 1);
        const p = heap.tryAllocate(size);
        expect(other.allocate(size)).toBe(p);
        if (p !== 0) live.push(p);
      } else if (live.length === 0 || dice < (phase < 2 ? 60 : 40)) {
        const alignment = dice < 5 ? 1 << next(17) : undefined;
        const p = heap.tryAllocate(size, alignment);
        expect(other.allocate(size, alignment)).toBe(p);
        if (p === 0) full++;
        else made(p, size, call);
      } else if (dice < 85) {
        const [p] = live.splice(next(live.length), 1);
        heap.free(p);
        other.free(p);
      } else if (dice < 88) {
        const some = live.splice(next(live.length), next(120));
        const bad = [0, some[0], 12][next(8)];
        const list = bad === undefined ? some : [...some, bad];
        const isFreed = other.freeMany(list);
        expect(thrownBy(() => heap.freeMany(Int32Array.from(list))) === "nothing").toBe(isFreed);
        if (!isFreed) live.push(...some);
      } else if (dice < 89) {
        const out = new Int32Array(next(200));
        const count = heap.allocateMany(size >>> 3, out);
        expect(Array.from(out.subarray(0, count), () => other.allocate(size >>> 3))).toEqual([
          ...out.subarray(0, count),
        ]);
        if (count < out.length) expect(other.allocate(size >>> 3)).toBe(0);
        live.push(...out.subarray(0, count));
      } else if (dice < 91) {
        const end = byteOffset + most;
        const p = 8 * next((end >>> 3) + 1000);
        if (other.what(p) !== "live") expect(thrownBy(() => heap.free(p)).split(":")[0]).toBe(CODES[other.what(p)]);
      } else if (dice < 95) {
        const p = live[next(live.length)];
        expect(other.resize(p, size)).toBe(heap.resize(p, size));
      } else {
        const at = next(live.length);
        const moved = other.reallocate(live[at], size);
        if (moved === 0) expect(() => heap.reallocate(live[at], size)).toThrow("out of memory");
        else expect((live[at] = heap.reallocate(live[at], size))).toBe(moved);
      }
      if (call % 500 === 0) same();
      if (call === 17_000) {
        heap.reset();
        other.reset();
        live.length = 0;
      }
    }
    same();
    heap.verify();
    if (capacity <= 1 << 20 && !grows) expect(full).toBeGreaterThan(100);
    if (grows) expect(mine.byteLength).toBeGreaterThan(byteOffset + 3 * capacity);
  },
);
