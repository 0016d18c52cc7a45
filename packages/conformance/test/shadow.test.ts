import { type Allocator, type AllocatorStats, NULL, type Offset } from "@ariax/allocator";
import { makeStats } from "@ariax/allocator/implement";
import { describe, expect, test } from "vitest";
import { ConformanceError, conformance, Shadow, soak } from "../src/index.ts";
import { ReferenceAllocator } from "../src/reference.ts";
import { BROKEN } from "./broken/index.ts";

/** A reference with some verbs replaced. */
function odd(changes: Partial<Allocator>): Shadow {
  return new Shadow(Object.assign(new ReferenceAllocator(4096), changes));
}

/** One that returns these offsets, of blocks of 16 bytes. */
function returning(...offsets: Offset[]): Shadow {
  return odd({ allocate: () => offsets.shift() ?? NULL, sizeOf: () => 16 });
}

describe("a shadow says what is wrong", () => {
  const cases: Record<string, [(heap: Shadow) => unknown, Shadow]> = {
    "allocate(8) returned NULL": [(heap) => heap.allocate(8), returning(NULL)],
    "allocate(8) returned 4096, which is no offset in a memory of 4096 bytes": [
      (heap) => heap.allocate(8),
      returning(4096),
    ],
    "allocate(8) returned 12, which is not aligned to 8": [(heap) => heap.allocate(8), returning(12)],
    "allocate(8, 64) returned 32, which is not aligned to 64": [(heap) => heap.allocate(8, 64), returning(32)],
    "allocate(17) returned 8, but sizeOf(8) is 16, less than the 17 asked for": [
      (heap) => heap.allocate(17),
      returning(8),
    ],
    "allocate(8) returned 4088..4104, which ends beyond the memory's 4096 bytes": [
      (heap) => heap.allocate(8),
      returning(4088),
    ],
    "allocate(8) returned 8, where a live block of 16 bytes begins": [
      (heap) => [heap.allocate(8), heap.allocate(8)],
      returning(8, 8),
    ],
    "allocate(8) returned 32..48, which overlaps the live block 40..56": [
      (heap) => [heap.allocate(8), heap.allocate(8)],
      returning(40, 32),
    ],
    "byte 3 of the block at 8 is not what was written to it": [
      (heap) => {
        new Uint8Array(heap.memory.buffer)[heap.allocate(8) + 3] ^= 1;
        heap.check();
      },
      odd({}),
    ],
    "before free(8), byte 0 of the block at 8 is not what was written to it": [
      (heap) => {
        const p = heap.allocate(8);
        new Uint8Array(heap.memory.buffer)[p] ^= 1;
        heap.free(p);
      },
      odd({}),
    ],
    "free(64) was accepted, but no live block begins there": [(heap) => heap.free(64), odd({ free: () => {} })],
    "freeMany of 2 offsets was accepted, but its item 1, 8, is there twice": [
      (heap) => {
        const p = heap.allocate(8);
        heap.freeMany(Int32Array.of(p, p));
      },
      odd({ freeMany: () => {} }),
    ],
    "freeMany of 1 offsets was accepted, but no live block begins at 64, which is its item 0": [
      (heap) => heap.freeMany(Int32Array.of(64)),
      odd({ freeMany: () => {} }),
    ],
    "resize(8, 9) returned 8, but sizeOf(8) is 8, less than the 9 asked for": [
      (heap) => heap.resize(heap.allocate(8), 9),
      odd({ resize: () => true }),
    ],
    "allocateMany(8, 2 slots) returned 3": [
      (heap) => heap.allocateMany(8, new Int32Array(2)),
      odd({ allocateMany: () => 3 }),
    ],
    "allocateMany(8, 2 slots) returned 0, but tryAllocate(8) found room at 8": [
      (heap) => heap.allocateMany(8, new Int32Array(2)),
      odd({ allocateMany: () => 0 }),
    ],
    "freeMany of 2 offsets changed its list: item 0 was 16, is 8": [
      (heap) => {
        const [p, q] = [heap.allocate(8), heap.allocate(8)];
        heap.freeMany(Int32Array.of(q, p));
      },
      odd({ freeMany: (offsets) => void offsets.sort() }),
    ],
    "stats().peakReserved is 0 and was 8 before": [
      (heap) => {
        heap.free(heap.allocate(8));
        heap.check();
        Object.assign(heap.inner, { stats: () => new ReferenceAllocator(4096).stats() });
        heap.check();
      },
      odd({}),
    ],
    "stats().overhead + reserved + free, of 4096 bytes committed as before, is 4088, expected 4096": [
      (heap) => {
        heap.check();
        const { free, ...stats } = heap.stats();
        Object.assign(heap.inner, { stats: () => makeStats({ ...stats, free: free - 8, largestFree: free - 8 }) });
        heap.check();
      },
      odd({}),
    ],
    "stats().blocks is 0, expected 1": [
      (heap) => [heap.allocate(8), heap.check()],
      odd({ stats: () => new ReferenceAllocator(4096).stats() }),
    ],
    "stats().live is NaN, no count": [
      (heap) => heap.check(),
      odd({ stats: () => ({ ...new ReferenceAllocator(4096).stats(), live: Number.NaN }) as AllocatorStats }),
    ],
  };
  for (const [message, [act, heap]] of Object.entries(cases)) {
    test(message, () => expect(() => act(heap)).toThrow(new ConformanceError(message)));
  }

  test("memory.buffer changed, though traits.grows is false", () => {
    const inner = new ReferenceAllocator(4096);
    const heap = new Shadow(inner);
    Object.assign(inner.memory, { buffer: new ArrayBuffer(4096) });
    expect(() => heap.allocate(8)).toThrow(new ConformanceError("memory.buffer changed, though traits.grows is false"));
  });
});

test("what the allocator throws goes through a shadow, and changes nothing", () => {
  const heap = new Shadow(new ReferenceAllocator(4096));
  const p = heap.allocate(100);
  expect(() => heap.allocate(4096)).toThrow(
    "out of memory: no room for 4096 bytes aligned to 8 in a capacity of 4096 bytes",
  );
  expect(() => heap.free(p + 8)).toThrow("invalid free: no block begins at offset 16");
  expect(() => heap.sizeOf(0)).toThrow("invalid block: no live block begins at offset 0");
  heap.check();
  expect([...heap.blocks.keys()]).toEqual([p]);
});

test("a failure names section, rule, seed and the shortest sequence, and is the same each time", () => {
  const { create } = BROKEN.find(({ fault }) => fault === "reallocate loses the contents")!;
  const judge = (seed: number) => {
    let error: unknown;
    const test = (name: string, fn: () => void) => {
      if (!name.startsWith("model: any")) return;
      expect(fn).toThrow(ConformanceError);
      try {
        fn();
      } catch (e) {
        error = e;
      }
    };
    conformance({ test, create, seed });
    return error as ConformanceError;
  };
  const error = judge(1);
  expect(error.section).toBe("model");
  expect(error.message.replace(/(sequence|after) \d+/g, "$1 N")).toBe(
    `model: any sequence of calls keeps the contract
  after reallocate(8, 9), byte 0 of the block at 24 is not what was written to it
  in sequence N of seed 1, after N shrinks, on a new heap of 262144 bytes:
      allocateMany(0, 2 slots) → 2: [8, 16]
      reallocate(8, 9)`,
  );
  expect(judge(1).message).toBe(error.message);
  expect(judge(2).message).toContain(" of seed 2, ");
});

describe("soak", () => {
  const create = (capacity: number) => new ReferenceAllocator(capacity);

  test("the same seed, the same run", () => {
    const report = soak({ create, operations: 5000, capacity: 1 << 16, seed: 7 });
    expect(report.operations).toBe(5000);
    expect(report.outOfMemory).toBeGreaterThan(0);
    expect(report.peakBlocks).toBeGreaterThan(50);
    expect(soak({ create, operations: 5000, capacity: 1 << 16, seed: 7 })).toEqual(report);
    expect(soak({ create, operations: 5000, capacity: 1 << 16, seed: 8 })).not.toEqual(report);
  });

  test("a failure names seed and operation", () => {
    const broken = BROKEN.find(({ fault }) => fault === "resize fails with many blocks")!;
    expect(() => soak({ create: broken.create, operations: 10_000, seed: 1 })).toThrow(
      /less than the \d+ asked for\n {2}in operation \d+ of a soak of seed 1, on a heap of 1048576 bytes$/,
    );
  });
});
