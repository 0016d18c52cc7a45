/** What is told of lanes: how little a heap needs, and what a thread that was killed was at. */
import { expect, test } from "vitest";
import { SharedSlabAllocator } from "../src/index.ts";

test.each([1, 2, 8, 17, 63])("a heap with %i lanes can be as small as is said of one that is too small", (lanes) => {
  const make = (capacity: number) => new SharedSlabAllocator({ capacity, lanes });
  for (const few of [0, 4096, 32768]) {
    const said = /needs (\d+)$/.exec(messageOf(() => make(few)))?.[1];
    const least = Number(said);
    expect(make(least).capacity).toBe(least);
    expect(messageOf(() => make(least - 1))).toContain(`needs ${least}`);
  }
});

test("a thread that was killed had nothing in flight, whatever the lane's thread before it had", () => {
  const heap = new SharedSlabAllocator({ capacity: 1 << 20, lanes: 2 });
  const { buffer } = heap.memory;
  const block = heap.allocate(100);
  const before = SharedSlabAllocator.attach(buffer, { ticket: heap.ticket() });
  before.allocate(50); // so the lane keeps pages
  before.free(block);
  before.close();
  const ticket = heap.ticket();
  const after = SharedSlabAllocator.attach(buffer, { ticket });
  after.allocate(50);
  expect(heap.reclaim(ticket)).toEqual({ lanes: 1, pages: 1, blocks: 2, inFlight: 0 });
  const again = heap.ticket();
  SharedSlabAllocator.attach(buffer, { ticket: again }).free(heap.allocate(100));
  expect(heap.reclaim(again).inFlight).not.toBe(0);
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

test("what a newcomer leaves out is named", () => {
  const heap = new SharedSlabAllocator({ capacity: 1 << 20, lanes: 3 });
  const { buffer } = heap.memory;
  const lost = { ticket: undefined } as unknown as { ticket: number }; // a field of workerData that is not there
  expect(() => SharedSlabAllocator.attach(buffer, lost)).toThrow(
    expect.objectContaining({
      code: "ERR_INVALID_ARGUMENT",
      message: "ticket is undefined: post heap.ticket() to the thread, or leave it out",
    }),
  );
  const other = SharedSlabAllocator.attach(buffer); // it draws one, as before
  expect(other.holder).toBe(2);
  expect(() => heap.reclaim(2, (() => true) as never)).toThrow("invalid options: { keep } is needed, not a function");
  expect(() => new SharedSlabAllocator(undefined as never)).toThrow(
    "invalid options: capacity, buffer or memory is needed",
  );
  other.close();
});
