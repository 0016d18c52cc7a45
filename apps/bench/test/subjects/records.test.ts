/**
 * Phase 2.1 has the features of phase 2: after the same calls both keep the same record of each live block. And what that
 * costs in system calls: phase 2 two in a block's life, phase 2.1 none.
 */
import type { Offset } from "@ariax/allocator";
import { NativeAllocator, systemCalls, whyUnavailable } from "@ariax/native";
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { PhaseTwoOne } from "../../src/subjects/phases/phase-2.1.ts";
import { PhaseTwo } from "../../src/subjects/phases/phase-2.ts";
import { MAX_OWNER, readRecord } from "../../src/subjects/phases/record.ts";
import { ALLOCATIONS, CAPACITY, halves, sizes } from "../../src/workloads/story/run.ts";
import { mapped, unless } from "../mapped.ts";
import { sameRecords, Twins } from "./twins.ts";

const records = mapped.records!;

describe.skipIf(mapped.reason !== undefined)(unless(mapped.reason, "phases 2 and 2.1 keep the same records"), () => {
  test("after the same 2,000 calls", () => sameRecords(1, 2000));
  test("at the limits of what a record holds", () => {
    const twins = new Twins();
    for (const [owner, tick] of [
      [0, 0],
      [MAX_OWNER, 2 ** 31 - 1],
      [1, -(2 ** 31)],
    ] as const) {
      twins.now(owner, tick);
      for (const alignment of [1, 8, 4096]) for (const size of [0, 1, 1 << 20]) twins.allocate(size, alignment);
      twins.check();
      twins.reset();
    }
    expect([twins.two.owner, twins.one.owner]).toEqual([1, 1]);
    for (const phase of [twins.two, twins.one]) {
      for (const owner of [-1, 0.5, MAX_OWNER + 1, Number.NaN]) {
        const message = `invalid owner: ${owner} is not a whole number from 0 to ${MAX_OWNER}`;
        expect(() => Object.assign(phase, { owner })).toThrow(message);
      }
      expect(() => phase.record(64)).toThrow("invalid block: no live block begins at offset 64");
    }
  });
});

test("the sequence goes on above 2³¹", () => {
  expect(readRecord(Int32Array.of(4, 0, 0, -(2 ** 31)), 0)).toMatchObject({ alignment: 8, sequence: 2 ** 31 });
});

describe("the records of phase 2.1", () => {
  const make = (): PhaseTwoOne => new PhaseTwoOne(new SlabAllocator({ capacity: 2 << 20 }));

  test("come from pools of 10,000, one after the other, and stay in their places", () => {
    const heap = make();
    const { overhead } = heap.stats();
    const blocks = Array.from({ length: 25_000 }, () => heap.allocate(16));
    const pools = heap.stats().overhead - overhead;
    // 16 bytes a record, a generation, two bits of it, and a header.
    expect(pools / 30_000).toBeGreaterThan(20);
    expect(pools / 30_000).toBeLessThan(21);
    expect(new Set(blocks.map((p) => heap.record(p).sequence)).size).toBe(25_000);
    heap.verify();
    for (const p of blocks) heap.free(p);
    heap.verify();
    // Of another size: the same places, among others.
    for (let i = 0; i < 10_000; i++) heap.allocate(32);
    heap.verify();
    expect(heap.stats().overhead - overhead).toBe(pools);
  });

  test("are checked: a block without a record, a record without a block, one too large", () => {
    const slab = new SlabAllocator({ capacity: 1 << 20 });
    const heap = new PhaseTwoOne(slab);
    const p = heap.allocate(40);
    heap.verify();
    const q = slab.allocate(40);
    expect(() => heap.verify()).toThrow("corrupted: 2 blocks are live, and 1 records");
    slab.free(q);
    heap.verify();
    slab.free(p);
    expect(() => heap.verify()).toThrow(/^corrupted: the record of place \d+ has 40 bytes, its block 0$/);
  });
});

describe.skipIf(mapped.reason !== undefined)(unless(mapped.reason, "the addon counts"), () => {
  /** Calls made by `action`. */
  const calls = (action: () => unknown): number => {
    const before = records.systemCalls();
    action();
    return records.systemCalls() - before;
  };

  test("one mmap for each allocation, one munmap for each free, and no other call", () => {
    const heap = new PhaseTwo({ capacity: 1 << 20 }, records);
    const blocks: Offset[] = [];
    const out = new Int32Array(50);
    for (let i = 0; i < 1000; i++) {
      expect(calls(() => blocks.push(heap.allocate(i)))).toBe(1);
    }
    expect(calls(() => blocks.push(heap.allocate(100, 4096)))).toBe(1);
    expect(calls(() => expect(heap.allocateMany(64, out)).toBe(50))).toBe(50);
    for (const p of blocks.splice(0, 300)) expect(calls(() => heap.free(p))).toBe(1);
    expect(calls(() => heap.freeMany(out, 20))).toBe(20);
    expect(calls(() => heap.reset())).toBe(701 + 30);
    expect(calls(() => heap.reset())).toBe(0);
  });

  test("none for a resize, two for a reallocation that moves, none for what fails or only looks", () => {
    const heap = new PhaseTwo({ capacity: 65536 }, records);
    const [p, q] = [heap.allocate(100), heap.allocate(100)];
    expect(calls(() => expect(heap.resize(p, 40)).toBe(true))).toBe(0);
    expect(calls(() => expect(heap.reallocate(q, 200)).toBe(q))).toBe(0);
    expect(calls(() => expect(heap.reallocate(p, 5000)).not.toBe(p))).toBe(2);
    const others = {
      "an allocation without room": () => heap.tryAllocate(64_000),
      "no size": () => heap.allocate(-1),
      "no alignment": () => heap.allocate(8, 3),
      "a double free": () => heap.free(p),
      "a list with a block twice": () => heap.freeMany(Int32Array.of(q, q)),
      "a resize without room": () => heap.resize(q, 64_000),
      "a reallocation without room": () => heap.reallocate(q, 64_000),
      record: () => heap.record(q),
      sizeOf: () => heap.sizeOf(q),
      stats: () => heap.stats(),
      verify: () => heap.verify(),
    };
    for (const [what, call] of Object.entries(others)) {
      const attempt = (): void => {
        try {
          call();
        } catch {
          // What it throws is for the suite to say.
        }
      };
      expect({ what, calls: calls(attempt) }).toEqual({ what, calls: 0 });
    }
    heap.reset();
  });
});

const reason = whyUnavailable();
describe.skipIf(reason !== undefined)(unless(reason, "phase 2.1 over mapped memory"), () => {
  test("makes no system call once it is made, by the count of @ariax/native", () => {
    const heap = new NativeAllocator({ capacity: CAPACITY });
    const phase = new PhaseTwoOne(heap, systemCalls);
    const before = phase.systemCalls();
    expect(before).toBeGreaterThan(0);
    const { fill, drain } = halves(phase, sizes());
    for (let run = 0; run < 20; run++) {
      fill(0, ALLOCATIONS);
      drain(0, ALLOCATIONS);
    }
    expect(phase.systemCalls() - before).toBe(0);
    heap.purge();
    expect(phase.systemCalls()).toBeGreaterThan(before);
    heap.unmap();
  });
});
