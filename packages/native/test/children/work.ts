// A heap is made, used for hundreds of thousands of calls, and unmapped: how many system calls were counted for that?
import { NativeAllocator, type NativeEngine, systemCalls } from "../../src/index.ts";

/** `rounds` rounds of every verb but those that look at the whole heap. How many calls that were. */
export function work(heap: NativeAllocator, rounds: number): number {
  const out = new Int32Array(1000);
  let calls = 0;
  for (let round = 0; round < rounds; round++) {
    const size = (round * 37) % 2000;
    const made = heap.allocateMany(size, out);
    // Slabs and runs come and go with each round.
    const large = heap.allocate(200_000 + size);
    heap.resize(large, 100_000);
    const moved = heap.reallocate(heap.reallocate(large, 300_000), size);
    for (let i = 0; i < made; i += 2) heap.free(out[i] >>> 0);
    for (let i = 1; i < made; i += 2) out[i >>> 1] = heap.reallocate(out[i] >>> 0, size + 64);
    heap.freeMany(out, made >>> 1);
    heap.sizeOf(moved);
    heap.free(moved);
    heap.free(heap.allocate(size, 4096));
    if (round % 100 === 99) heap.reset();
    calls += made + 11;
  }
  return calls;
}

if (process.argv[1] === import.meta.filename) {
  const heap = new NativeAllocator({ capacity: 1 << 24, engine: process.argv[2] as NativeEngine });
  work(heap, 300);
  heap.unmap();
  process.stdout.write(`${systemCalls()}\n`);
}
