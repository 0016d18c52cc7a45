/**
 * A call that fails has changed nothing. The sweep fills a heap step by step; at each step every verb is asked for sizes
 * from the largest valid down to the first that fits, and whatever failed must have left contents and stats alone.
 */
import { NULL, type Offset } from "@ariax/allocator";
import { check } from "../fail.ts";
import { capacityOf, fillUp, served } from "../limits.ts";
import { Shadow } from "../shadow.ts";
import { nothingLost } from "../stats.ts";
import { type Suite, TIGHT } from "../suite.ts";

/** Blocks that a step of the sweep adds. */
const STEP = 8192;

/** What a verb does with a size: true when it was served. `p` is the block to grow. */
const VERBS: Readonly<Record<string, (heap: Shadow, size: number, p: Offset) => boolean>> = {
  allocate: (heap, size) => served(() => heap.allocate(size)) !== undefined,
  "allocate, aligned": (heap, size) => served(() => heap.allocate(size, heap.traits.maxAlignment)) !== undefined,
  tryAllocate: (heap, size) => heap.tryAllocate(size) !== NULL,
  allocateMany: (heap, size) => heap.allocateMany(size, new Int32Array(1)) === 1,
  resize: (heap, size, p) => heap.resize(p, size),
  reallocate: (heap, size, p) => served(() => heap.reallocate(p, size)) !== undefined,
};

export function failure({ test, create, traits }: Suite): void {
  for (const [verb, attempt] of Object.entries(VERBS)) {
    test(`${verb} at every point of exhaustion: a call that fails changes nothing`, () => {
      const heap = new Shadow(create(TIGHT));
      const capacity = capacityOf(heap);
      let failed = 0;
      for (let level = 1; fillTo(heap, level); level++) {
        failed += sweep(heap, verb, attempt, capacity);
        heap.check();
        // Only failures are of interest: give back what was served.
        if (!traits.reuse) heap.reset();
        else for (const { offset, size } of [...heap.blocks.values()]) if (size !== STEP) heap.free(offset);
      }
      check(failed > 0, () => `${verb} never failed while the heap filled up`);
    });
  }

  test("a full heap still frees, shrinks and counts", () => {
    const heap = new Shadow(create(TIGHT));
    const blocks = fillUp(heap, 1000);
    const before = heap.stats();
    for (const p of blocks.slice(0, 20)) {
      heap.resize(p, heap.sizeOf(p));
      heap.sizeOf(p);
    }
    nothingLost("resize to the size that a block has, in a full heap,", before, heap.stats());
    for (const p of blocks) heap.free(p);
    heap.check();
  });

  test("allocateMany in a nearly full heap makes what fits, and counts it right", () => {
    const heap = new Shadow(create(TIGHT));
    const out = new Int32Array(64);
    while (heap.allocateMany(512, out) === out.length) heap.check();
    heap.check();
    for (let i = 0; i < 3; i++) {
      const before = heap.stats();
      const made = heap.allocateMany(512, out);
      if (made === 0) nothingLost("allocateMany, which made none,", before, heap.stats());
      heap.check();
    }
  });
}

/** Blocks until there are `level`; false when there is no room for as many. */
function fillTo(heap: Shadow, level: number): boolean {
  while (heap.blocks.size < level) if (heap.tryAllocate(STEP) === NULL) return false;
  return true;
}

/** How many sizes failed, from `capacity` down to the first that was served. */
function sweep(heap: Shadow, verb: string, attempt: (typeof VERBS)[string], capacity: number): number {
  const last = [...heap.blocks.keys()].at(-1)!;
  let failed = 0;
  for (let size = capacity; size > STEP; size -= Math.ceil(size / 4)) {
    const before = heap.stats();
    if (attempt(heap, size, last)) break;
    nothingLost(`${verb} of ${size} bytes, which failed,`, before, heap.stats());
    failed++;
  }
  return failed;
}
