/** A replay that writes and reads the first words of blocks, as programs do. */
import { type Allocator, CorruptionError, DetachedError, InvalidArgumentError, type Offset } from "@ariax/allocator";
import { Arena } from "@ariax/arena";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { larson, type ReplayTarget, replay, replayLoop, type Trace, TraceBuilder } from "../src/index.ts";
import { arbitraryTrace } from "./arbitrary.ts";
import { SimpleAllocator } from "./simple-allocator.ts";

const MIB = 2 ** 20;
const SIMPLE = new SimpleAllocator(16).traits;
const touched = (trace: Trace, target: ReplayTarget) => replay(trace, target, undefined, { touch: true });

/** Three blocks; the second is made larger and freed. */
function example(grownTo = 5000): Trace {
  const builder = new TraceBuilder();
  builder.allocate(24);
  const id = builder.allocate(100);
  builder.allocate(8);
  builder.reallocate(id, grownTo);
  builder.free(id);
  return builder.build();
}

test("the first word of each block is its slot, and nothing else is written", () => {
  const allocator = new SimpleAllocator(1024);
  const bytes = new Uint8Array(allocator.memory.buffer).fill(0xee);
  const builder = new TraceBuilder();
  for (const size of [0, 1, 3, 4, 50]) builder.allocate(size);
  const live = new Uint32Array(5);
  replay(builder.build(), allocator, live, { touch: true });
  const firsts = [...live].map((offset) => [...bytes.subarray(offset, offset + 6)]);
  const e = 0xee;
  expect(firsts).toEqual([
    [e, e, e, e, e, e],
    [1, e, e, e, e, e],
    [2, e, e, e, e, e],
    [3, 0, 0, 0, e, e],
    [4, 0, 0, 0, e, e],
  ]);
  expect(bytes.filter((byte) => byte !== e)).toHaveLength(10);
});

test("any trace, with room and without: as without touching", () => {
  let failures = 0;
  fc.assert(
    fc.property(arbitraryTrace(fc.nat({ max: 300 })), fc.integer({ min: 64, max: 8192 }), (trace, capacity) => {
      for (const bytes of [capacity, MIB]) {
        const [one, two] = [new SimpleAllocator(bytes), new SimpleAllocator(bytes)];
        const summary = touched(trace, one);
        expect(summary).toEqual(replay(trace, two));
        expect(one.live.size).toBe(0);
        failures += summary.failures;
      }
      const live = new Uint32Array(trace.slots);
      expect(replayLoop(trace, new SimpleAllocator(capacity), live, { touch: true })).toEqual(
        replayLoop(trace, new SimpleAllocator(capacity), live.slice()),
      );
    }),
    { seed: 1, numRuns: 100 },
  );
  expect(failures).toBeGreaterThan(20);
});

test("over an arena, and memory that grows", () => {
  const arena = new Arena({ capacity: 8 * MIB });
  const trace = larson({ scale: 0.02 });
  expect(touched(trace, arena)).toEqual(replay(trace, new SimpleAllocator(8 * MIB)));
  class Growing extends SimpleAllocator {
    override readonly traits = { ...SIMPLE, grows: true };

    /** Another buffer each time: the old one is gone, or only stale. */
    override tryAllocate(size: number): Offset {
      const old = this.memory.buffer;
      if (this.live.size % 2 === 0) this.memory.buffer = old.transfer(old.byteLength + 512);
      else {
        this.memory.buffer = new ArrayBuffer(old.byteLength + 512);
        new Uint8Array(this.memory.buffer).set(new Uint8Array(old));
      }
      return super.tryAllocate(size);
    }
  }
  const small = larson({ scale: 0.001, live: 50 });
  expect(touched(small, new Growing(65_536))).toEqual(replay(small, new SimpleAllocator(MIB)));
});

describe("what it notices", () => {
  const overlapping = class extends SimpleAllocator {
    override tryAllocate(size: number): Offset {
      super.tryAllocate(size);
      return 16;
    }
    override free(): void {}
  };
  const forgetful = class extends SimpleAllocator {
    override reallocate(_offset: Offset, size: number): Offset {
      return this.allocate(size);
    }
  };
  const scribbling = class extends SimpleAllocator {
    override free(offset: Offset): void {
      super.free(offset);
      new Uint8Array(this.memory.buffer)[16]++;
    }
  };

  test.each([
    ["blocks that overlap", overlapping, "the block at offset 16 (event 3, slot 1) begins with 2, not with 1"],
    [
      "contents lost by a reallocation",
      forgetful,
      "the block at offset 192 (event 3, slot 1) begins with 0, not with 1",
    ],
    [
      "a write into a block, at the end of the trace",
      scribbling,
      "the block at offset 16 (event 5, slot 0) begins with 2, not with 0",
    ],
  ])("%s", (_, broken, message) => {
    expect(() => touched(example(), new broken(MIB))).toThrow(CorruptionError);
    expect(() => touched(example(), new broken(MIB))).toThrow(message);
    // Nobody looks.
    expect(replay(example(), new broken(MIB)).failures).toBe(0);
  });

  test("a block of a few bytes is looked at by its first one", () => {
    for (const [before, after] of [
      [2, 9],
      [9, 2],
      [3, 1],
      [0, 4],
      [4, 0],
    ]) {
      const builder = new TraceBuilder();
      builder.allocate(8);
      const id = builder.allocate(before);
      builder.reallocate(id, after);
      builder.free(id);
      expect(touched(builder.build(), new SimpleAllocator(MIB)).reallocations).toBe(1);
      const lost = () => touched(builder.build(), new forgetful(MIB));
      if (Math.min(before, after) === 0) expect(lost).not.toThrow();
      else expect(lost).toThrow("slot 1) begins with 0, not with 1");
    }
  });

  test("a memory that was transferred away", () => {
    class Leaving extends SimpleAllocator {
      override tryAllocate(size: number): Offset {
        const offset = super.tryAllocate(size);
        structuredClone(this.memory.buffer, { transfer: [this.memory.buffer] });
        return offset;
      }
    }
    expect(() => touched(example(), new Leaving(MIB))).toThrow(DetachedError);
  });
});

test("options are checked, and so is the memory, before anything is done", () => {
  const verbs = { tryAllocate: () => expect.fail("called"), reallocate: () => 0, free() {} };
  for (const memory of [undefined, null, {}, { buffer: new Uint8Array(8) }]) {
    const target = { ...verbs, memory } as unknown as Allocator;
    expect(() => touched(example(), target)).toThrow(InvalidArgumentError);
    expect(() => touched(example(), target)).toThrow(/^invalid allocator: .* is no memory$/);
  }
  const live = Uint32Array.of(7, 7, 7);
  for (const [options, message] of [
    [{ touch: 1 }, "invalid touch: 1 is not true or false"],
    [{ tuch: true }, 'unknown option: "tuch" is not one of touch'],
    [null, "invalid options: null is no object"],
  ] as const) {
    const target = { ...verbs, memory: { buffer: new ArrayBuffer(8) } };
    expect(() => replay(example(), target, live, options as object)).toThrow(message);
    expect(() => replayLoop(example(), target, live, options as object)).toThrow(message);
  }
  expect([...live]).toEqual([7, 7, 7]);
});
