/** Lifetimes, at random: a block of harmonic k lives for `frames` rotations of k, to the beat, and nobody writes on it. */
import { type AllocatorError, view } from "@ariax/allocator";
import fc from "fast-check";
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { type FrameRef, TickArena } from "../src/index.ts";

interface Block {
  readonly k: number;
  readonly ref: FrameRef;
  readonly size: number;
  readonly fill: number;
  /** Rotations of k until then. */
  readonly born: number;
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant("allocate"), n: fc.nat(), size: fc.nat(300) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("tick"), n: fc.nat(4), size: fc.constant(0) }) },
  fc.record({ op: fc.constant("free"), n: fc.nat(), size: fc.constant(0) }),
);
const harmonics = fc
  .uniqueArray(fc.integer({ min: 2, max: 12 }), { maxLength: 4 })
  .map((list) => [1, ...list.sort((a, b) => a - b)]);

/** Periods at each beat of one, in 27,720ths: 27,720 is a multiple of 1 … 12. */
const WHOLE = 27_720;
function momentsOf(list: readonly number[]): number[] {
  const all = list.flatMap((k) => Array.from({ length: k }, (_, j) => (j * WHOLE) / k));
  return [...new Set(all)].sort((a, b) => a - b);
}

test("a block lives for as many rotations of its harmonic as there are frames", () => {
  fc.assert(
    fc.property(
      fc.record({ harmonics, frames: fc.integer({ min: 1, max: 4 }), checked: fc.boolean(), given: fc.boolean() }),
      fc.array(step, { maxLength: 120, size: "max" }),
      ({ harmonics, frames, checked, given }, steps) => {
        const place = given ? { buffer: new ArrayBuffer(1 << 20), byteOffset: 12_345 } : {};
        const ticks = new TickArena({ frequency: 60, bytesPerTick: 4096, harmonics, frames, checked, ...place });
        const moments = momentsOf(harmonics);
        expect(ticks.beatsPerPeriod).toBe(moments.length);
        let beat = 0;
        /** How often k has rotated: whole numbers only. */
        const rotations = (k: number) => {
          const at = WHOLE * Math.floor(beat / moments.length) + moments[beat % moments.length];
          return Math.floor((at * k) / WHOLE);
        };
        let blocks: Block[] = [];
        const check = (block: Block) => {
          const arena = ticks.harmonic(block.k);
          const age = rotations(block.k) - block.born;
          if (age >= frames) {
            expect(caught(() => arena.check(block.ref))).toBe("ERR_FRAME_EXPIRED");
            return false;
          }
          const offset = arena.check(block.ref);
          expect(ticks.ownerOf(offset)).toBe(arena);
          expect(view(arena, offset, Uint8Array, block.size).every((byte) => byte === block.fill)).toBe(true);
          // a reference is one of its own arena only
          for (const k of harmonics) {
            if (k !== block.k) expect(caught(() => ticks.harmonic(k).check(block.ref))).toBe("ERR_INVALID_BLOCK");
          }
          return true;
        };
        for (const { op, n, size } of steps) {
          if (op === "allocate") {
            const k = harmonics[n % harmonics.length];
            const arena = ticks.harmonic(k);
            const offset = arena.tryAllocate(size);
            if (offset === 0) continue;
            const fill = 1 + (n % 200);
            view(arena, offset, Uint8Array, size).fill(fill);
            blocks.push({ k, ref: arena.ref(offset), size, fill, born: rotations(k) });
          } else if (op === "tick") {
            for (let i = 0; i <= n; i++) {
              beat++;
              expect(ticks.tick()).toBe(beat);
              for (const k of harmonics) expect(ticks.harmonic(k).frame).toBe(rotations(k));
              for (const k of harmonics) expect(ticks.due(k)).toBe((moments[beat % moments.length] * k) % WHOLE === 0);
            }
            blocks = blocks.filter(check);
          } else if (blocks.length > 0) {
            const [block] = blocks.splice(n % blocks.length, 1);
            const arena = ticks.harmonic(block.k);
            arena.free(arena.check(block.ref));
            expect(caught(() => arena.check(block.ref))).toBe("ERR_INVALID_BLOCK");
          }
          ticks.verify();
          expect(ticks.stats().blocks).toBe(blocks.length);
        }
        blocks.forEach(check);
      },
    ),
    { seed: 4, numRuns: times(100, 1000) },
  );
});

function caught(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as AllocatorError).code;
  }
  return "none";
}
