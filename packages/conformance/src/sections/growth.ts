/** Memory that grows: blocks keep their place and contents, and a failed call has not grown it. */
import { check, equal, isOutOfMemory } from "../fail.ts";
import { capacityOf, fillHalf } from "../limits.ts";
import { Shadow } from "../shadow.ts";
import { nothingLost } from "../stats.ts";
import { ROOMY, type Suite } from "../suite.ts";
import { withList } from "./bulk.ts";

/** Offsets of a list: several lists fit a heap. */
const MANY = 64;

export function growth({ test, create, traits }: Suite): void {
  if (!traits.grows) return;

  test("a heap grows while it fills, and its blocks survive that", () => {
    const heap = new Shadow(create(ROOMY));
    const before = heap.memory.buffer.byteLength;
    for (let i = 0; i < 10; i++) heap.allocate(100);
    fillHalf(heap, 1000, ROOMY);
    const after = heap.memory.buffer.byteLength;
    check(after > before, () => `traits.grows is true, but a full heap has ${after} bytes, a new one ${before}`);
    heap.check();
  });

  test("it grows for one large block, and in reallocate", () => {
    const heap = new Shadow(create(ROOMY));
    const small = heap.allocate(100);
    heap.allocate(ROOMY / 4);
    heap.check();
    heap.reallocate(small, ROOMY / 8);
    heap.check();
    const out = new Int32Array(64);
    equal("allocateMany(1024, 64 slots)", heap.allocateMany(1024, out), 64);
    heap.check();
  });

  test("allocateMany writes into the heap's own memory, though that grows on the way", () => {
    const { heap, list } = withList(create(ROOMY), MANY);
    const before = heap.memory.buffer.byteLength;
    let made = MANY;
    while (made === MANY) {
      made = heap.allocateMany(1024, list());
      heap.checkBlocks();
    }
    const after = heap.memory.buffer.byteLength;
    check(after > before, () => `traits.grows is true, but a full heap has ${after} bytes, a new one ${before}`);
    const { size } = heap.blocks;
    heap.freeMany(list(), made);
    heap.checkBlocks();
    equal("live blocks, after freeMany of the last list", heap.blocks.size, size - made);
    heap.verify();
  });

  test("it does not grow for a block that does not fit anyway", () => {
    const heap = new Shadow(create(ROOMY));
    heap.allocate(1000);
    const capacity = capacityOf(heap);
    const before = heap.stats();
    try {
      heap.allocate(capacity);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      nothingLost(`allocate(${capacity}), which failed,`, before, heap.stats());
    }
    heap.check();
  });
}
