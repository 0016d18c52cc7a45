import { CorruptionError, type Offset, OutOfMemoryError } from "@ariax/allocator";
import { Arena } from "@ariax/arena";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { freeLive, replay, replayChecked, replayLoop, type Trace, TraceBuilder, workloads } from "../src/index.ts";
import { arbitraryTrace } from "./arbitrary.ts";
import { SimpleAllocator } from "./simple-allocator.ts";

const MIB = 2 ** 20;

/** Three blocks, the second of which is reallocated and freed, and then a fourth. */
function example(second = 100, grownTo = 5000): Trace {
  const builder = new TraceBuilder();
  builder.allocate(24);
  const id = builder.allocate(second);
  builder.allocate(8);
  builder.reallocate(id, grownTo);
  builder.free(id);
  builder.allocate(7);
  return builder.build();
}

const done = { events: 6, allocations: 4, frees: 1, reallocations: 1, failures: 0, skipped: 0 };

describe.each([
  ["replay", replay],
  ["replayChecked", replayChecked],
])("%s", (_, run) => {
  test("does every event, and frees what is live at the end", () => {
    const allocator = new SimpleAllocator(MIB);
    expect(run(example(), allocator)).toEqual({ ...done, peakBytes: 5032, peakBlocks: 3 });
    expect(allocator.live.size).toBe(0);
  });

  test("leaves blocks live where they are asked for, by slot", () => {
    const allocator = new SimpleAllocator(MIB);
    const live = new Uint32Array(4).fill(77);
    run(example(), allocator, live);
    expect(new Set(live.subarray(0, 3))).toEqual(new Set(allocator.live.keys()));
    expect(allocator.live.size).toBe(3);
    expect(live[3]).toBe(77);
    freeLive(allocator, live.subarray(0, 3));
    expect(allocator.live.size).toBe(0);
    expect([...live]).toEqual([0, 0, 0, 77]);
  });

  test("too few offsets are refused, and nothing has changed", () => {
    const allocator = new SimpleAllocator(MIB);
    const live = new Uint32Array(2).fill(77);
    expect(() => run(example(), allocator, live)).toThrow(
      "invalid live.length: 2 is not a whole number from 3 to 4294967295",
    );
    expect(allocator.live.size).toBe(0);
    expect([...live]).toEqual([77, 77]);
  });

  test("an allocation without room is a failure, and its block is left out", () => {
    const allocator = new SimpleAllocator(1024);
    for (const tooLarge of [1024, 4096]) {
      expect(run(example(tooLarge), allocator)).toEqual({
        events: 6,
        allocations: 3,
        frees: 0,
        reallocations: 0,
        failures: 1,
        skipped: 2,
        peakBytes: 39,
        peakBlocks: 3,
      });
      expect(allocator.live.size).toBe(0);
      allocator.reset();
    }
  });

  test("a reallocation without room is a failure, and its block lives on as it was", () => {
    const allocator = new SimpleAllocator(1024);
    for (const tooLarge of [1000, 4096]) {
      expect(run(example(100, tooLarge), allocator)).toEqual({
        ...done,
        reallocations: 0,
        failures: 1,
        peakBytes: 132,
        peakBlocks: 3,
      });
      expect(allocator.live.size).toBe(0);
      allocator.reset();
    }
  });

  test("other errors are not caught", () => {
    class Failing extends SimpleAllocator {
      override free(): void {
        throw new OutOfMemoryError(1, 8, 0);
      }
    }
    // Not even this one, for a free needs no room.
    expect(() => run(example(), new Failing(MIB), new Uint32Array(3))).toThrow(OutOfMemoryError);
    class Broken extends SimpleAllocator {
      override tryAllocate(): never {
        throw new RangeError("broken");
      }
    }
    expect(() => run(example(), new Broken(MIB))).toThrow("broken");
  });

  test("any trace, with room and without, leaves nothing behind", () => {
    let failures = 0;
    fc.assert(
      fc.property(arbitraryTrace(fc.nat({ max: 300 })), fc.integer({ min: 64, max: 8192 }), (trace, capacity) => {
        const allocator = new SimpleAllocator(capacity);
        const s = run(trace, allocator);
        failures += s.failures;
        expect(allocator.live.size).toBe(0);
        expect(s.allocations + s.frees + s.reallocations + s.failures + s.skipped).toBe(trace.events);
        expect(s.peakBytes).toBeLessThanOrEqual(s.failures === 0 ? trace.peakBytes : capacity);
        const roomy = run(trace, new SimpleAllocator(MIB));
        expect(roomy).toMatchObject({ failures: 0, peakBytes: trace.peakBytes, peakBlocks: trace.slots });
      }),
      { seed: 1, numRuns: 200 },
    );
    expect(failures).toBeGreaterThan(100);
  });

  test("on an arena", () => {
    const arena = new Arena({ capacity: 8 * MIB });
    const trace = workloads.larson({ scale: 0.02 });
    expect(run(trace, arena)).toMatchObject({ failures: 0, allocations: 7000 });
    arena.reset();
    expect(run(workloads["grow-by-one"]({ scale: 0.005 }), arena)).toMatchObject({ failures: 0, reallocations: 1500 });
  });
});

test("the loop says which events found no room", () => {
  const allocator = new SimpleAllocator(1024);
  const live = new Uint32Array(3);
  expect(replayLoop(example(100, 4096), allocator, live)).toEqual([3]);
  expect(allocator.live.size).toBe(3);
});

describe("what a checked replay notices", () => {
  const overlapping = class extends SimpleAllocator {
    override roomFor(size: number): number {
      return super.roomFor(size) / 2;
    }
    override sizeOf(offset: Offset): number {
      return super.sizeOf(offset) * 2;
    }
  };
  const forgetful = class extends SimpleAllocator {
    override reallocate(offset: Offset, size: number): Offset {
      this.free(offset);
      return this.allocate(size);
    }
  };
  const scribbling = class extends SimpleAllocator {
    override tryAllocate(size: number): Offset {
      const first = this.live.keys().next();
      if (!first.done) new Uint8Array(this.memory.buffer)[first.value + 3]++;
      return super.tryAllocate(size);
    }
  };
  const unaligned = class extends SimpleAllocator {
    override tryAllocate(size: number): Offset {
      const offset = super.tryAllocate(size) + 4;
      this.live.set(offset, size);
      return offset;
    }
  };
  const small = class extends SimpleAllocator {
    override sizeOf(offset: Offset): number {
      return Math.min(99, super.sizeOf(offset));
    }
  };
  const outside = class extends SimpleAllocator {
    override tryAllocate(size: number): Offset {
      super.tryAllocate(size);
      this.live.set(MIB - 16, 32);
      return MIB - 16;
    }
  };

  test.each([
    [
      "blocks that overlap",
      overlapping,
      /byte 64 of the block of 100 bytes at offset 32 \(event 3, slot 1\) was overwritten/,
    ],
    [
      "contents lost by a reallocation",
      forgetful,
      /byte 0 of the block of 100 bytes .* \(event 3, slot 1\) was overwr/,
    ],
    ["writes into a block", scribbling, /byte 3 of the block of 24 bytes at offset 16 \(event 6, slot 0\) was overwr/],
    ["a block that is not aligned", unaligned, /the block of 24 bytes at offset 20 \(event 0, slot 0\) is not aligned/],
    ["a block that is too small", small, /the block of 100 bytes .* \(event 1, slot 1\) has room for only 99$/],
    [
      "a block outside of the memory",
      outside,
      /bytes at offset 1048560 \(event 0, .*\) ends outside of 1048576 bytes$/,
    ],
  ])("%s", (_, broken, message) => {
    expect(() => replayChecked(example(), new broken(MIB))).toThrow(CorruptionError);
    expect(() => replayChecked(example(), new broken(MIB))).toThrow(message);
  });

  test("a heap whose own check fails", () => {
    class Unsound extends SimpleAllocator {
      override verify(): void {
        throw new CorruptionError("unsound");
      }
    }
    expect(() => replayChecked(example(), new Unsound(MIB))).toThrow("corrupted: unsound");
  });
});
