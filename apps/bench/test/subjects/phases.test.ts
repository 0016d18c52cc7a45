/**
 * The phases are allocators like any other: the contract holds for each of them. Phase 1's own tests are in
 * packages/consciousness, where it lives; phase 2, a system call for each of its records, is in `phases.long.test.ts`.
 */
import { DoubleFreeError, InvalidFreeError } from "@ariax/allocator";
import { conformance } from "@ariax/conformance";
import { HEADER, type PhaseOne } from "@ariax/consciousness/phase-1";
import { SlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import type { MappedRecords } from "../../src/subjects/phases/addon.ts";
import { PhaseTwoOne } from "../../src/subjects/phases/phase-2.1.ts";
import { PhaseTwo } from "../../src/subjects/phases/phase-2.ts";
import { PHASES } from "../../src/subjects/phases/phases.ts";
import { mapped, unless } from "../mapped.ts";

describe("phase 2.1", () => {
  describe("over memory of its own", () => {
    conformance({ test, create: (capacity) => new PhaseTwoOne(new SlabAllocator({ capacity })), runs: 20 });
  });
});

describe("what headers between the blocks can't promise", () => {
  /** A block whose bytes, from its 16th on, are those of two headers: of a live block of 32 bytes, and of what follows it. */
  function forged(heap: PhaseOne): number {
    const p = heap.allocate(100);
    const words = new Uint32Array(heap.memory.buffer, p + 16 - HEADER);
    words[0] = 32 | 1;
    words[32 / 4 + 1] = 32;
    return p;
  }

  test.skipIf(mapped.reason !== undefined)(
    unless(mapped.reason, "phase 2, whose table lies apart, is not fooled"),
    () => {
      const heap = new PhaseTwo({ capacity: 4096 }, mapped.records!);
      const p = forged(heap);
      expect(() => heap.free(p + 16)).toThrow(new InvalidFreeError(p + 16));
      heap.verify();
      heap.free(p);
      expect(() => heap.free(p)).toThrow(new DoubleFreeError(p));
    },
  );
});

describe("what phase 2 counts", () => {
  /** Records that the system refuses from the third on. */
  const limited = (): MappedRecords => {
    let calls = 0;
    return {
      map: () => (++calls > 2 ? 0 : 4096 * calls),
      read() {},
      resize() {},
      unmap() {},
      systemCalls: () => calls,
    };
  };

  test("a record that can't be mapped is an allocation that does not fit, and the block is free again", () => {
    const heap = new PhaseTwo({ capacity: 4096 }, limited());
    heap.allocate(40);
    heap.allocate(40);
    const before = heap.stats();
    expect(heap.tryAllocate(40)).toBe(0);
    expect(() => heap.allocate(40)).toThrow(
      "out of memory: no room for 40 bytes aligned to 8 in a capacity of 4096 bytes: 3992 are free, at most 3992 of them in one piece",
    );
    expect(heap.stats()).toEqual({ ...before, peakReserved: before.peakReserved + 48 });
  });

  test("a page for each record, and the table, are metadata", () => {
    const heap = new PhaseTwo({ capacity: 4096 }, limited());
    const table = 8 * (4096 / 8 + 1);
    expect(heap.stats()).toMatchObject({ overhead: 8 + table, committed: 4096 + table });
    heap.allocate(40);
    expect(heap.stats()).toMatchObject({ overhead: 8 + table + 4096, committed: 4096 + table + 4096 });
  });
});

test("each phase is made by its name, and says it", async () => {
  for (const { name, create } of PHASES) {
    if (name === "phase-2" && mapped.reason !== undefined) continue;
    expect((await create(1 << 20)).traits.name).toBe(name);
  }
});
