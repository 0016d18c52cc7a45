/** Lanes of one heap, each call from one drawn at random, against a model; in one thread, so that every order is repeatable. */
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { SharedSlabAllocator } from "../src/index.ts";
import { random } from "./heaps.ts";

interface Block {
  readonly offset: number;
  readonly size: number;
  readonly stamp: number;
}

for (let seed = 1; seed <= times(12, 40); seed++) {
  test(`calls from lanes drawn at random, seed ${seed}`, () => {
    const next = random(seed);
    const lanes = 1 + next(5);
    const first = new SharedSlabAllocator({ capacity: 1 << (19 + next(4)), lanes });
    const heaps = [first];
    const buffer = first.memory.buffer;
    const live: Block[] = [];
    const bytes = new Uint8Array(buffer);
    for (let i = 0; i < 4000; i++) {
      const dice = next(1000);
      const heap = heaps[next(heaps.length)];
      if (dice < 5 && heaps.length < lanes) {
        heaps.push(SharedSlabAllocator.attach(buffer, { ticket: first.ticket() }));
      } else if (dice < 10 && heaps.length > 1) {
        const [gone] = heaps.splice(1 + next(heaps.length - 1), 1);
        gone.close();
        expect(() => gone.allocate(8)).toThrow("closed");
      } else if (dice < 20) {
        heap.park();
      } else if (dice < 530 || live.length === 0) {
        const size = next(100) < 90 ? next(600) : next(60000);
        const offset = heap.tryAllocate(size, next(20) === 0 ? 1 << next(14) : undefined);
        if (offset === 0) continue;
        const block = { offset, size: heap.sizeOf(offset), stamp: next(256) };
        bytes.fill(block.stamp, offset, offset + block.size);
        live.push(block);
      } else {
        const at = next(live.length);
        const block = live[at];
        live[at] = live[live.length - 1];
        live.pop();
        expect(heap.sizeOf(block.offset)).toBe(block.size);
        for (const k of [0, block.size >> 1, block.size - 1]) expect(bytes[block.offset + k]).toBe(block.stamp);
        if (next(10) === 0) {
          const size = next(3 * block.size + 8);
          let offset: number;
          try {
            offset = heap.reallocate(block.offset, size);
          } catch {
            live.push(block);
            continue;
          }
          const now = heap.sizeOf(offset);
          for (const k of [0, Math.min(now, block.size) - 1]) if (k < size) expect(bytes[offset + k]).toBe(block.stamp);
          bytes.fill(block.stamp, offset, offset + now);
          live.push({ offset, size: now, stamp: block.stamp });
        } else {
          heap.free(block.offset);
          // Whoever frees it again is told.
          expect(() => heaps[next(heaps.length)].free(block.offset)).toThrow(/double free|invalid free/);
        }
      }
      if (i % 100 === 0) {
        first.verify();
        expect(first.stats().blocks).toBe(live.length);
      }
    }
    for (const { offset } of live) heaps[next(heaps.length)].free(offset);
    for (const heap of heaps.slice(1)) heap.close();
    first.park();
    first.verify();
    expect(first.stats().blocks).toBe(0);
    expect(first.lateDoubleFrees).toBe(0);
  });
}
