/** The memory becomes longer under several lanes. */
import { expect, test } from "vitest";
import { SharedSlabAllocator } from "../../src/index.ts";

const MiB = 2 ** 20;

test("a heap is opened while another thread makes it longer", () => {
  const memory = new WebAssembly.Memory({ initial: 32, maximum: 512, shared: true });
  const heap = new SharedSlabAllocator({ memory, byteLength: 512 * 65536 });
  let reads = 0;
  const whileItGrows = {
    get buffer() {
      const { buffer } = memory;
      // Between this and the next word that is read.
      if (++reads === 2) heap.allocate(4 * MiB);
      return buffer;
    },
    grow: (pages: number) => memory.grow(pages),
  };
  const other = SharedSlabAllocator.attach(whileItGrows);
  expect(other.stats().committed).toBeGreaterThan(4 * MiB);
  other.verify();
});

test("what the heap can grow by is joined with what it has free: the pool's, and the lane's own", () => {
  const heap = new SharedSlabAllocator({ capacity: MiB, maxCapacity: 64 * MiB, lanes: 2 });
  heap.free(heap.allocate(40 * MiB));
  heap.free(heap.allocate(60 * MiB));
  heap.verify();
});

test("and what lanes keep that nobody holds", () => {
  const heap = new SharedSlabAllocator({ capacity: MiB, maxCapacity: 64 * MiB, lanes: 2 });
  const other = SharedSlabAllocator.attach(heap.memory.buffer);
  const block = other.allocate(40 * MiB);
  other.close();
  heap.free(block);
  heap.free(heap.allocate(60 * MiB));
  heap.verify();
});
