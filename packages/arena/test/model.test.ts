import { AllocatorError } from "@ariax/allocator";
import fc from "fast-check";
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { Arena, type Checkpoint } from "../src/index.ts";

/** Sizes on both sides of a row of the block map, 256 bytes, and of several. */
const size = fc.oneof({ weight: 6, arbitrary: fc.nat(70) }, { weight: 2, arbitrary: fc.nat(600) }, fc.nat(5000));
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ op: fc.constant("allocate"), size, n: fc.nat(12) }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant("free"), size, n: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom("pop", "resize", "resizeLast"), size, n: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom("checkpoint", "rewind"), size, n: fc.nat() }) },
  fc.record({ op: fc.constant("reset"), size, n: fc.nat() }),
);

interface Block {
  readonly offset: number;
  end: number;
  live: boolean;
}

/** The same as an arena, in the plainest way: a stack of blocks. */
class Model {
  stack: Block[] = [];
  /** Offsets of freed blocks whose memory no block or padding has covered since. */
  freed = new Set<number>();

  get top(): number {
    return this.stack.at(-1)?.end ?? 8;
  }

  cover(from: number, to: number): void {
    for (const offset of this.freed) if (offset >= from && offset < to) this.freed.delete(offset);
  }

  free(block: Block): void {
    block.live = false;
    this.freed.add(block.offset);
    this.settle();
  }

  settle(): void {
    while (this.stack.length > 0 && !this.stack.at(-1)!.live) this.stack.pop();
  }
}

test("an arena does as a stack of blocks does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: "max" }), (steps) => {
      const capacity = 20_000;
      const arena = new Arena({ capacity });
      const model = new Model();
      const starts = new Set<number>();
      const marks: { mark: Checkpoint; below: Block[] }[] = [];
      for (const { op, size, n } of steps) {
        const live = model.stack.filter((block) => block.live);
        const block = op === "pop" || op === "resizeLast" ? live.at(-1) : live[n % live.length];
        const bytes = 8 * Math.max(1, Math.ceil(size / 8));
        if (op === "allocate") {
          const alignment = 2 ** n;
          const step = Math.max(8, alignment);
          const start = Math.ceil(model.top / step) * step;
          const fits = start + bytes <= 8 + capacity;
          expect(arena.tryAllocate(size, alignment)).toBe(fits ? start : 0);
          if (!fits) continue;
          model.cover(model.top, start + bytes);
          starts.add(start);
          model.stack.push({ offset: start, end: start + bytes, live: true });
        } else if ((op === "free" || op === "pop") && block !== undefined) {
          arena.free(block.offset);
          model.free(block);
        } else if ((op === "resize" || op === "resizeLast") && block !== undefined) {
          const isLast = block === model.stack.at(-1);
          const end = block.offset + bytes;
          const done = isLast ? end <= 8 + capacity : end <= block.end;
          expect(arena.resize(block.offset, size)).toBe(done);
          if (done && isLast) {
            model.cover(block.end, end);
            block.end = end;
          }
        } else if (op === "checkpoint") marks.push({ mark: arena.checkpoint(), below: [...model.stack] });
        else if (op === "rewind" && marks.length > 0) {
          const { mark, below } = marks[n % marks.length];
          const isValid = below.every((b, i) => b === model.stack[i]);
          if (!isValid) expect(() => arena.rewind(mark)).toThrow(AllocatorError);
          else {
            arena.rewind(mark);
            model.stack.length = below.length;
            model.settle();
          }
        } else if (op === "reset") {
          arena.reset();
          model.stack = [];
          model.freed.clear();
          marks.length = 0;
        }
        arena.verify();
      }
      const live = new Map(model.stack.filter((b) => b.live).map((b) => [b.offset, b.end - b.offset]));
      for (const start of starts) {
        for (const offset of [start, start + 8, start + 248]) {
          const bytes = live.get(offset);
          if (bytes !== undefined) expect(arena.sizeOf(offset)).toBe(bytes);
          else {
            const code = model.freed.has(offset) ? "ERR_DOUBLE_FREE" : "ERR_INVALID_FREE";
            expect(caught(() => arena.free(offset))).toBe(code);
          }
        }
      }
      expect(arena.stats().reserved).toBe(model.top - 8);
    }),
    { seed: 1, numRuns: times(150, 1500) },
  );
});

function caught(call: () => void): string {
  try {
    call();
  } catch (error) {
    return (error as AllocatorError).code;
  }
  return "none";
}
