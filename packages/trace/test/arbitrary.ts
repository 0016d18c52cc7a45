import fc from "fast-check";
import { type Trace, TraceBuilder } from "../src/index.ts";

/** Any valid trace: each step allocates, or picks one of the live blocks to free or reallocate. */
export function arbitraryTrace(sizes: fc.Arbitrary<number>): fc.Arbitrary<Trace> {
  const step = fc.record({ op: fc.nat({ max: 2 }), pick: fc.nat(), size: sizes });
  return fc.array(step, { maxLength: 200 }).map((steps) => {
    const builder = new TraceBuilder();
    const live: number[] = [];
    for (const { op, pick, size } of steps) {
      if (op === 0 || live.length === 0) live.push(builder.allocate(size));
      else if (op === 1) builder.free(live.splice(pick % live.length, 1)[0]);
      else builder.reallocate(live[pick % live.length], size);
    }
    return builder.build();
  });
}

/** Sizes around every boundary of one to five bytes of LEB128, and of 31 and 32 bits. */
export const anySize: fc.Arbitrary<number> = fc.oneof(
  fc.nat({ max: 300 }),
  fc.nat({ max: 0xffffffff }),
  fc.constantFrom(0, 31, 32, 4095, 4096, 2 ** 19 - 1, 2 ** 19, 2 ** 26, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
);

/** The stored form of a row of integers. */
export function leb128(...values: number[]): Uint8Array {
  const bytes: number[] = [];
  for (const value of values) {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    bytes.push(rest);
  }
  return Uint8Array.from(bytes);
}
