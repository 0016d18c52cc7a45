import { expect, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";
import { random } from "./heaps.ts";
import { Reference } from "./reference.ts";

test.each([
  [1, 256 * 1024],
  [2, 256 * 1024],
  [3, 1 << 20],
  [4, 8 << 20],
])("an engine written from LAYOUT.md makes the same bytes (seed %i, %i bytes)", (seed, capacity) => {
  const next = random(seed);
  const byteOffset = 4096 * next(40);
  const heap = new SlabAllocator({ buffer: new ArrayBuffer(byteOffset + capacity), byteOffset });
  const buffer = (heap.memory.buffer as ArrayBuffer).slice(0);
  const other = new Reference(buffer, byteOffset);
  const live: number[] = [];
  const same = () => expect(Buffer.compare(new Uint8Array(heap.memory.buffer), new Uint8Array(buffer))).toBe(0);
  let full = 0;
  for (let call = 0; call < 20_000; call++) {
    const dice = next(100);
    const most = next(100);
    const size = next(most < 60 ? 129 : most < 90 ? 1500 : most < 98 ? 20_000 : 100_000);
    if (live.length === 0 || dice < ((call >>> 11) % 2 === 0 ? 55 : 40)) {
      const alignment = dice < 5 ? 1 << next(17) : undefined;
      const p = heap.tryAllocate(size, alignment);
      expect(other.allocate(size, alignment)).toBe(p);
      if (p === 0) full++;
      else {
        live.push(p);
        new Uint8Array(buffer).fill(call, p, p + size);
        new Uint8Array(heap.memory.buffer).fill(call, p, p + size);
      }
    } else if (dice < 90) {
      const [p] = live.splice(next(live.length), 1);
      heap.free(p);
      other.free(p);
    } else if (dice < 95) {
      const p = live[next(live.length)];
      expect(other.resize(p, size)).toBe(heap.resize(p, size));
    } else {
      const at = next(live.length);
      const moved = other.reallocate(live[at], size);
      if (moved === 0) expect(() => heap.reallocate(live[at], size)).toThrow("out of memory");
      else expect((live[at] = heap.reallocate(live[at], size))).toBe(moved);
    }
    if (call % 1000 === 0) same();
  }
  same();
  heap.verify();
  if (seed < 4) expect(full).toBeGreaterThan(100);
});
