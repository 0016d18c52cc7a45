/** What two threads do to one block at once, though no order says which was first: one of them is told, and the heap is in order. */
import { expect, test } from "vitest";
import { SharedSlabAllocator } from "../src/index.ts";
import { H_BASE } from "../src/layout.ts";

test("a large block is made shorter that another lane has just freed", () => {
  const heap = new SharedSlabAllocator({ capacity: 1 << 20, lanes: 2 });
  const other = SharedSlabAllocator.attach(heap.memory.buffer, { ticket: heap.ticket() });
  const offset = heap.allocate(20 * 4096);
  other.free(offset);
  // `resize` has found a live block, and goes on.
  const resizing = heap as unknown as { resizedLarge(w: Int32Array, page: number, size: number): boolean };
  const page = (offset - heap.words[H_BASE]) >>> 12;
  for (const size of [4096, 12 * 4096, 19 * 4096]) expect(resizing.resizedLarge(heap.words, page, size)).toBe(false);
  heap.verify();
});
