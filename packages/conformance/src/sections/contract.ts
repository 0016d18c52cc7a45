/**
 * The contract by example, in the order in which one would try an allocator out. Every call goes through a `Shadow`,
 * which checks that blocks are disjoint, aligned, in bounds and keep their contents; the tests say the rest.
 */
import {
  DEFAULT_ALIGNMENT,
  DoubleFreeError,
  InvalidAlignmentError,
  InvalidArgumentError,
  InvalidBlockError,
  InvalidFreeError,
  InvalidSizeError,
  NULL,
  OutOfMemoryError,
} from "@ariax/allocator";
import { check, equal, isOutOfMemory, refuses } from "../fail.ts";
import { capacityOf, fillHalf, fillUp, served } from "../limits.ts";
import { Shadow } from "../shadow.ts";
import { ROOMY, type Suite, TIGHT } from "../suite.ts";

/** A part of the capacity of which a heap may have room for two. */
const LARGE = 7 / 16;

export function contract({ test, create, traits }: Suite): void {
  const example = (rule: string, fn: (heap: Shadow) => void, capacity = ROOMY) =>
    test(rule, () => {
      const heap = new Shadow(create(capacity));
      fn(heap);
      heap.check();
    });

  example("a new heap has no blocks", (heap) => {
    heap.check();
    equal("stats().blocks", heap.stats().blocks, 0);
  });

  example("blocks are distinct, aligned and in bounds, and keep what is written to them", (heap) => {
    for (const size of [1, 2, 7, 8, 9, 16, 24, 100, 1000, 5000]) {
      for (let i = 0; i < 3; i++) heap.allocate(size);
      heap.check();
    }
  });

  example("allocate(0) is a block of its own", (heap) => {
    const [a, b] = [heap.allocate(0), heap.allocate(0)];
    check(a !== b, () => `allocate(0) returned ${a} twice`);
    heap.check();
    heap.free(a);
    heap.free(b);
    equal("stats().blocks", heap.stats().blocks, 0);
  });

  example("sizeOf is at least what was asked for", (heap) => {
    for (let size = 0; size <= 260; size++) {
      const p = heap.allocate(size);
      check(heap.sizeOf(p) >= size, () => `sizeOf(${p}) is ${heap.sizeOf(p)}, ${size} bytes were asked for`);
      heap.free(p);
    }
  });

  example("every alignment from 1 to maxAlignment is kept, in blocks of any size", (heap) => {
    for (let alignment = 1; alignment <= Math.min(traits.maxAlignment, ROOMY / 16); alignment *= 2) {
      for (const size of [0, 1, alignment - 1, alignment, alignment + 1]) {
        heap.allocate(8);
        heap.allocate(size, alignment);
        heap.reset();
      }
    }
  });

  example("half of the capacity can be had in blocks", (heap) => void fillHalf(heap, 64, TIGHT), TIGHT);

  example(
    "tryAllocate is NULL where allocate is out of memory",
    (heap) => {
      const capacity = capacityOf(heap);
      fillUp(heap, 4096);
      const before = heap.stats();
      refuses(
        "allocate(4096) in a full heap",
        () => heap.allocate(4096),
        outOfMemory(heap, 4096, DEFAULT_ALIGNMENT, capacity),
      );
      const a = traits.maxAlignment;
      refuses(
        `allocate(4096, ${a}) in a full heap`,
        () => heap.allocate(4096, a),
        outOfMemory(heap, 4096, a, capacity),
      );
      equal("tryAllocate(4096) in a full heap", heap.tryAllocate(4096), NULL);
      equal("stats().live", heap.stats().live, before.live);
    },
    TIGHT,
  );

  example("the whole capacity is a valid size, one byte more is not", (heap) => {
    const capacity = capacityOf(heap);
    const p = heap.tryAllocate(capacity);
    if (p !== NULL) heap.free(p);
    for (const verb of ["allocate", "tryAllocate"] as const) {
      refuses(`${verb}(${capacity + 1})`, () => heap[verb](capacity + 1), new InvalidSizeError(capacity + 1, capacity));
    }
  });

  example("free takes what allocate gave, in any order", (heap) => {
    const blocks = Array.from({ length: 60 }, (_, i) => heap.allocate(16 + (i % 4) * 16));
    for (const stride of [7, 11, 13]) {
      for (let i = 0; i < 20; i++) {
        heap.free(blocks.splice((i * stride) % blocks.length, 1)[0]);
        heap.check();
      }
    }
    equal("stats().blocks after all were freed", heap.stats().blocks, 0);
    equal("stats().live after all were freed", heap.stats().live, 0);
  });

  example("resize never moves, and says whether it did anything", (heap) => {
    const p = heap.allocate(100);
    heap.allocate(100);
    equal("resize to the size that it has", heap.resize(p, heap.sizeOf(p)), true);
    for (const size of [50, 0, 100, 104, 200, 2000, 20000, 10]) {
      heap.resize(p, size);
      heap.check();
    }
  });

  example("reallocate keeps the contents, whether it moves or not", (heap) => {
    let p = heap.allocate(10);
    heap.allocate(10);
    for (const size of [20, 40, 100, 1000, 10000, 5000, 100, 7, 0, 64]) {
      p = heap.reallocate(p, size);
      heap.check();
    }
    equal("stats().blocks", heap.stats().blocks, 2);
  });

  example(
    "reallocate moves a large block with all of its contents",
    (heap) => {
      const size = Math.floor(capacityOf(heap) * LARGE);
      const p = heap.tryAllocate(size);
      // Some allocators have no block as large, and some no second one.
      if (p === NULL) return;
      heap.tryAllocate(100);
      served(() => heap.reallocate(p, size + 5000));
    },
    4 * ROOMY,
  );

  example(
    "reallocate without room throws, and the block stays as it was",
    (heap) => {
      const p = heap.allocate(1000);
      const capacity = capacityOf(heap);
      fillUp(heap, 1000);
      refuses(
        `reallocate to ${capacity} bytes`,
        () => heap.reallocate(p, capacity),
        outOfMemory(heap, capacity, DEFAULT_ALIGNMENT, capacity),
      );
    },
    TIGHT,
  );

  example("allocateMany makes as many as fit, freeMany frees them", (heap) => {
    const out = new Int32Array(100);
    equal("allocateMany(48, 100 slots)", heap.allocateMany(48, out), 100);
    heap.check();
    heap.freeMany(out, 40);
    heap.check();
    heap.freeMany(out.subarray(40));
    equal("stats().blocks", heap.stats().blocks, 0);
    equal("allocateMany(48, 0 slots)", heap.allocateMany(48, new Int32Array(0)), 0);
    heap.freeMany(new Int32Array(0));
    heap.freeMany(out, 0);
  });

  example(
    "allocateMany in a heap that is too small makes fewer",
    (heap) => {
      const out = new Int32Array(TIGHT / 1024 + 1);
      const made = heap.allocateMany(1024, out);
      check(made > 0 && made < out.length, () => `allocateMany(1024, ${out.length} slots) returned ${made}`);
      heap.check();
      const more = heap.allocateMany(1024, out.subarray(made));
      equal("allocateMany(1024) in a full heap", more, 0);
      heap.freeMany(out, made);
    },
    TIGHT,
  );

  example("freeMany with one bad offset frees none", (heap) => {
    const out = new Int32Array(8);
    heap.allocateMany(32, out);
    const [first] = out;
    const attempt = (bad: readonly number[], expected: Parameters<typeof refuses>[2]) => {
      refuses(`freeMany([${bad}])`, () => heap.inner.freeMany(Int32Array.from(bad)), expected);
      heap.check();
    };
    attempt([...out, NULL], new InvalidFreeError(NULL));
    attempt([...out, first + 1], new InvalidFreeError(first + 1));
    attempt([...out, first], new DoubleFreeError(first));
    attempt([first, first], new DoubleFreeError(first));
    heap.freeMany(out);
  });

  example("reset ends every block at once", (heap) => {
    const blocks = Array.from({ length: 50 }, (_, i) => heap.allocate(i * 10));
    heap.check();
    heap.reset();
    heap.check();
    equal("stats().blocks after reset", heap.stats().blocks, 0);
    for (const p of blocks.slice(0, 5)) {
      refuses(`sizeOf(${p}) after reset`, () => heap.inner.sizeOf(p), new InvalidBlockError(p));
    }
    heap.allocate(100);
  });

  example("stats count blocks and usable bytes exactly", (heap) => {
    const a = heap.allocate(10);
    const b = heap.allocate(1000);
    const { live, blocks } = heap.stats();
    equal("stats().live", live, heap.sizeOf(a) + heap.sizeOf(b));
    equal("stats().blocks", blocks, 2);
    heap.free(a);
    equal("stats().live", heap.stats().live, heap.sizeOf(b));
    check(
      heap.stats().peakReserved >= live,
      () => `stats().peakReserved is ${heap.stats().peakReserved}, ${live} were live`,
    );
  });

  example("two heaps are independent", (heap) => {
    const other = new Shadow(create(ROOMY));
    const p = heap.allocate(64);
    other.allocate(64);
    other.reset();
    equal("sizeOf in the first heap", heap.sizeOf(p) >= 64, true);
    other.check();
  });

  example("bad arguments throw the errors of @ariax/allocator, word for word", (heap) => {
    const p = heap.allocate(64);
    const capacity = capacityOf(heap);
    const out = new Int32Array(4);
    refuses("allocate(-1)", () => heap.inner.allocate(-1), new InvalidSizeError(-1, capacity));
    refuses("resize(p, 0.5)", () => heap.inner.resize(p, 0.5), new InvalidSizeError(0.5, capacity));
    refuses(
      "reallocate(p, NaN)",
      () => heap.inner.reallocate(p, Number.NaN),
      new InvalidSizeError(Number.NaN, capacity),
    );
    refuses("allocateMany(-1, out)", () => heap.inner.allocateMany(-1, out), new InvalidSizeError(-1, capacity));
    refuses("allocate(8, 3)", () => heap.inner.allocate(8, 3), new InvalidAlignmentError(3, traits.maxAlignment));
    refuses("free(p + 1)", () => heap.inner.free(p + 1), new InvalidFreeError(p + 1));
    refuses("sizeOf(p + 1)", () => heap.inner.sizeOf(p + 1), new InvalidBlockError(p + 1));
    for (const count of [-1, 5]) {
      const message = `invalid count: ${count} is not a whole number from 0 to 4`;
      refuses(`freeMany(out, ${count})`, () => heap.inner.freeMany(out, count), new InvalidArgumentError(message));
    }
    const list = [p] as unknown as Int32Array;
    const message = "invalid offsets: an object is no Int32Array or Uint32Array";
    refuses("freeMany([p])", () => heap.inner.freeMany(list), new InvalidArgumentError(message));
    heap.free(p);
    refuses("free(p) again", () => heap.inner.free(p), new DoubleFreeError(p));
  });

  example(
    "free memory is enough to go on after an OutOfMemoryError",
    (heap) => {
      const blocks = fillUp(heap, 512);
      try {
        heap.allocate(512);
      } catch (error) {
        if (!isOutOfMemory(error)) throw error;
      }
      if (traits.reuse) heap.free(blocks[0]);
      else heap.reset();
      heap.allocate(512);
    },
    TIGHT,
  );
}

/** With what the heap has when it says so: after a call that failed, as that may have put pieces together. */
function outOfMemory(heap: Shadow, size: number, alignment: number, capacity: number): OutOfMemoryError {
  equal(`tryAllocate(${size}, ${alignment}) in a full heap`, heap.tryAllocate(size, alignment), NULL);
  return new OutOfMemoryError(size, alignment, capacity, heap.stats());
}
