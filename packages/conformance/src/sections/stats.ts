/**
 * What `stats()` says is so. Counts and sums are compared with the live blocks by every other test; here is the rest that its
 * fields promise: the most there ever was, and where free memory is to be had.
 */
import { NULL, type Offset } from "@ariax/allocator";
import { check } from "../fail.ts";
import { capacityOf, fillUp, served } from "../limits.ts";
import { Shadow } from "../shadow.ts";
import { ROOMY, type Suite, TIGHT } from "../suite.ts";

/** Bytes of a block that a roomy heap has some 40 of. */
const PART = 26_000;

/** Less than this is left out: a header, or the rounding of a class, may be as long. */
const WORTH_HAVING = 256;

export function stats({ test, create, traits }: Suite): void {
  test("peakReserved is the most there ever was, through frees and resets", () => {
    const heap = new Shadow(create(TIGHT));
    let most = 0;
    for (const size of [100, 5000, 1000]) {
      const blocks = fillUp(heap, size);
      heap.check();
      most = Math.max(most, heap.stats().reserved);
      for (const p of blocks) heap.free(p);
      heap.check();
      heap.reset();
      heap.check();
      const { peakReserved } = heap.stats();
      check(peakReserved >= most, () => `stats().peakReserved is ${peakReserved}, but ${most} bytes were reserved`);
    }
  });

  test("every byte is overhead, reserved or free, whatever is called", () => {
    const heap = new Shadow(create(ROOMY));
    // `check` compares their sum with the one before.
    const look = <T>(result: T): T => {
      heap.check();
      return result;
    };
    for (let round = 0; round < 2; round++) {
      const blocks = [0, 8, 100, 1000, 5000, 20_000, 70_000].map((size) => look(heap.allocate(size)));
      for (const [i, p] of blocks.entries()) {
        for (const size of [6000, 30_000, 9000, 40, 0]) look(heap.resize(p, size));
        blocks[i] = look(heap.reallocate(p, 12_000));
      }
      for (let i = 0; i < 10; i++) blocks.push(look(heap.allocate(64)));
      look(served(() => heap.allocate(capacityOf(heap))));
      for (const p of blocks) look(heap.free(p));
      look(heap.reset());
    }
  });

  test("half of largestFree can be had as one block", () => {
    const heap = new Shadow(create(ROOMY));
    halfIsThere(heap, "a new heap");
    fillUp(heap, 30_000);
    halfIsThere(heap, "a full heap");
    heap.reset();
    halfIsThere(heap, "a heap after reset");
    if (!traits.reuse) return;
    // A block with a long gap behind it, and short ones between the others.
    const row = fillUp(heap, PART);
    for (const [i, p] of row.entries()) if ((i > 0 && i < 10) || (i > 10 && i % 2 === 0)) heap.free(p);
    halfIsThere(heap, "a heap with gaps");
    for (const parts of [9, 3, 8]) {
      heap.resize(row[0], parts * PART);
      halfIsThere(heap, `a heap with gaps, after resize of a block before one to ${parts * PART} bytes`);
    }
    for (const p of [...heap.blocks.keys()]) heap.free(p);
    halfIsThere(heap, "an emptied heap");
  });
}

function halfIsThere(heap: Shadow, where: string): void {
  heap.check();
  const { largestFree } = heap.stats();
  const half = Math.floor(largestFree / 2);
  if (half < WORTH_HAVING) return;
  const p: Offset = heap.tryAllocate(half);
  check(p !== NULL, () => `${where}: stats().largestFree is ${largestFree}, but there is no room for ${half} bytes`);
  heap.free(p);
}
