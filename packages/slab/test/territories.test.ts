/** Which territories a lane claims and gives back: what that leaves of the heap, and how often it goes to the pool. */
import { afterEach, expect, test, vi } from "vitest";
import { SharedSlabAllocator } from "../src/index.ts";

const MIB = 1 << 20;
/** Bytes of a territory in a heap of 16 MiB. */
const TERRITORY = 65536;

afterEach(() => {
  vi.restoreAllMocks();
});

test("a lane that may have many at once fills the holes first", () => {
  const heap = new SharedSlabAllocator({ capacity: 16 * MIB, lanes: 2 });
  const other = SharedSlabAllocator.attach(heap.memory.buffer);
  const blocks: number[] = [];
  for (let block = other.tryAllocate(TERRITORY); block !== 0; block = other.tryAllocate(TERRITORY)) blocks.push(block);
  blocks.sort((a, b) => a - b);
  // Every second one of the lower half is a hole, and the upper half is free.
  const half = blocks.length >> 1;
  for (const [i, block] of blocks.entries()) if (i >= half || i % 2 === 1) other.free(block);
  other.park();
  const small = Array.from({ length: (half >> 1) * 4 }, () => heap.allocate(16384));
  expect(small.filter((block) => block > blocks[half])).toEqual([]);
  heap.verify();
});

test("what is freed and allocated in turns is kept", () => {
  const heap = new SharedSlabAllocator({ capacity: 16 * MIB, lanes: 2 });
  for (let i = 0; i < 40; i++) heap.allocate(TERRITORY);
  const exchanges = vi.spyOn(Atomics, "compareExchange");
  const OWN = heap.words[13];
  const turn = (): void => {
    const blocks = Array.from({ length: 20 }, () => heap.allocate(TERRITORY));
    for (const block of blocks) heap.free(block);
  };
  for (let i = 0; i < 100; i++) turn();
  const claims = exchanges.mock.calls.filter(([, word]) => Number(word) >= OWN && Number(word) < OWN + 256);
  expect(claims.length).toBeLessThanOrEqual(20);
});
