/** `reclaim` whose `keep` throws has not happened: the lane is the dead thread's, and who reclaims again goes on. */
import { expect, test } from "vitest";
import { SharedSlabAllocator } from "../src/index.ts";

const MiB = 2 ** 20;

function refuse(): boolean {
  throw new Error("not now");
}

test("a keep that throws frees nothing, and leaves all to the next reclaim", () => {
  const heap = new SharedSlabAllocator({ capacity: MiB, lanes: 3 });
  const dead = SharedSlabAllocator.attach(heap.memory.buffer as SharedArrayBuffer);
  const made = Array.from({ length: 10 }, () => dead.allocate(100));
  let asked = 0;
  const fifth = () => (++asked === 5 ? refuse() : false);
  for (const keep of [refuse, fifth]) {
    expect(() => heap.reclaim(dead.holder, { keep })).toThrow("not now");
    expect(heap.stats().blocks).toBe(10);
    heap.verify();
  }
  // It is still nobody else's.
  expect(() => SharedSlabAllocator.attach(heap.memory.buffer as SharedArrayBuffer, { ticket: dead.holder })).toThrow(
    `ticket ${dead.holder} is in use: lane 1 is dead`,
  );
  const lost = heap.reclaim(dead.holder, { keep: (offset) => offset === made[3] });
  expect(lost).toMatchObject({ lanes: 1, blocks: 1 });
  expect(heap.stats().blocks).toBe(1);
  heap.free(made[3]);
  heap.verify();
  expect(heap.reclaim(dead.holder)).toMatchObject({ lanes: 0 });
});

test("another thread may be that who reclaims again", () => {
  const heap = new SharedSlabAllocator({ capacity: MiB, lanes: 3 });
  const buffer = heap.memory.buffer as SharedArrayBuffer;
  const [dead, other] = [SharedSlabAllocator.attach(buffer), SharedSlabAllocator.attach(buffer)];
  dead.allocate(100);
  expect(() => heap.reclaim(dead.holder, { keep: refuse })).toThrow("not now");
  expect(other.reclaim(dead.holder, { keep: () => false })).toMatchObject({ lanes: 1, blocks: 0 });
  expect(SharedSlabAllocator.attach(buffer).allocate(100)).toBeGreaterThan(0);
  heap.verify();
});
