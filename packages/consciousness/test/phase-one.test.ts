/**
 * Phase 1 keeps the contract as long as no block's contents look like a header, and what happens where they do is shown too.
 */
import { CorruptionError } from "@ariax/allocator";
import { conformance } from "@ariax/conformance";
import { describe, expect, test } from "vitest";
import { HEADER, PhaseOne, Region } from "../src/phase-1.ts";

describe("phase 1", () => {
  conformance({ test, runs: 20, create: (capacity) => new PhaseOne({ capacity }) });
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

  test("phase 1 frees a block that never was, where contents look like its header", () => {
    const heap = new PhaseOne({ capacity: 4096 });
    const p = forged(heap);
    expect(heap.sizeOf(p + 16)).toBe(32 - HEADER);
    heap.free(p + 16);
    expect(() => heap.verify()).toThrow(CorruptionError);
  });

  test("phase 1 is broken by a write beyond a block's end, and says so when asked", () => {
    const heap = new PhaseOne({ capacity: 4096 });
    const p = heap.allocate(16);
    heap.allocate(16);
    new Uint8Array(heap.memory.buffer).fill(0, p, p + 24);
    expect(() => heap.verify()).toThrow(new CorruptionError(`the block at ${p + 24} has 0 bytes`));
  });
});

describe("the region", () => {
  test("a resize counts towards the peak what the block has then, not what lay free behind it", () => {
    const region = new Region(65536);
    const p = region.take(100, 8);
    expect(region.peak).toBe(112);
    expect(region.resize(p, 200)).toBe(true);
    expect(region.peak).toBe(208);
    expect(region.resize(p, 50)).toBe(true);
    expect(region.count()).toMatchObject({ blocks: 1, reserved: 64 });
    expect(region.peak).toBe(208);
    region.verify();
  });

  test("a resize leaves no free piece that is too small for a header", () => {
    const region = new Region(4096);
    const p = region.take(24, 8);
    const next = region.take(24, 8);
    region.take(24, 8);
    region.release(next);
    // 64 bytes are there, 56 would do: 8 are no block.
    expect(region.resize(p, 48)).toBe(true);
    expect(region.size(p)).toBe(64);
    region.verify();
  });

  test("the first that fits is the one that was freed last", () => {
    const region = new Region(4096);
    const [a, , b] = [region.take(24, 8), region.take(24, 8), region.take(24, 8), region.take(24, 8)];
    region.release(b!);
    region.release(a!);
    expect([region.take(24, 8), region.take(24, 8)]).toEqual([a, b]);
  });
});
