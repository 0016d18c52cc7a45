/** What two threads do to one block at once, though no order says which was first: one of them is told, and the heap is in order. */
import { expect, test, vi } from "vitest";
import { SharedSlabAllocator } from "../src/index.ts";

test.each([1, 12, 19])("a large block of 20 pages is made %i long as another lane frees it", (pages) => {
  const heap = new SharedSlabAllocator({ capacity: 1 << 20, lanes: 2 });
  const other = SharedSlabAllocator.attach(heap.memory.buffer, { ticket: heap.ticket() });
  const offset = heap.allocate(20 * 4096);
  // The block is found live; before its entry changes, the other is quicker.
  const { compareExchange } = Atomics;
  const spy = vi.spyOn(Atomics, "compareExchange").mockImplementationOnce(((
    w: Int32Array,
    ...rest: [number, number, number]
  ) => {
    other.free(offset);
    return compareExchange(w, ...rest);
  }) as typeof compareExchange);
  expect(heap.resize(offset, pages * 4096)).toBe(false);
  spy.mockRestore();
  heap.verify();
});
