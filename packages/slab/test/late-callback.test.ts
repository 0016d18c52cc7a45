/** A callback that throws when it is told of a double free that was found late: its error leaves the call, and no block is lost. */
import { expect, test } from "vitest";
import { SharedSlabAllocator } from "../src/index.ts";

const [H_BITS, H_REMOTE] = [8, 9];
const twice = new Error("twice");

/** A heap whose next call that collects finds a block that was freed twice. */
function heapOf(told: number[]): { heap: SharedSlabAllocator; block: number } {
  const onLateDoubleFree = (count: number) => {
    told.push(count);
    throw twice;
  };
  const heap = new SharedSlabAllocator({ capacity: 1 << 20, lanes: 2, onLateDoubleFree });
  const other = SharedSlabAllocator.attach(heap.memory.buffer, { ticket: heap.ticket() });
  const [block, gone] = [heap.allocate(512), heap.allocate(512)];
  heap.allocate(3000);
  other.free(gone);
  // As by its owner, who did not know of it.
  const w = heap.words;
  const at = w.findIndex((word, i) => i >= w[H_REMOTE] && word !== 0);
  w[at - w[H_REMOTE] + w[H_BITS]] |= w[at];
  return { heap, block };
}

test.each<[string, (heap: SharedSlabAllocator, block: number) => unknown]>([
  ["allocate", (heap) => heap.allocate(5000)],
  ["allocate, large", (heap) => heap.allocate(100_000)],
  ["allocate, aligned", (heap) => heap.allocate(5000, 1024)],
  ["allocateMany", (heap) => heap.allocateMany(3000, new Int32Array(40))],
  ["reallocate", (heap, block) => heap.reallocate(block, 5000)],
  ["park", (heap) => heap.park()],
  ["close", (heap) => heap.close()],
])("%s", (name, call) => {
  const told: number[] = [];
  const { heap, block } = heapOf(told);
  const { blocks, live } = heap.stats();
  expect(() => call(heap, block)).toThrow(twice);
  expect(told).toEqual([1]);
  expect(heap.stats()).toMatchObject({ blocks, live });
  heap.verify();
  if (name === "close") {
    expect(() => heap.allocate(8)).toThrow("closed: this thread has closed the heap; attach again with a new ticket");
  } else {
    // It is told once.
    call(heap, block);
    if (name !== "park") expect(heap.stats().live).toBeGreaterThan(live);
  }
  expect(told).toEqual([1]);
  expect(heap.lateDoubleFrees).toBe(1);
});
