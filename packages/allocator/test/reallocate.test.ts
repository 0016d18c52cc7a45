import { beforeEach, describe, expect, test } from "vitest";
import {
  InvalidBlockError,
  InvalidSizeError,
  NULL,
  type Offset,
  OutOfMemoryError,
  reallocate,
  tryReallocate,
} from "../src/index.ts";
import { TinyAllocator } from "./tiny-allocator.ts";

let tiny: TinyAllocator;
beforeEach(() => {
  tiny = new TinyAllocator(256, 1024);
});

const bytes = (offset: Offset, length: number) => new Uint8Array(tiny.memory.buffer, offset, length);
const ramp = (length: number) => Uint8Array.from({ length }, (_, i) => i + 1);
/** A block holding 1, 2, 3 …, with another block behind it, so that it can't grow in place. */
function hemmed(size: number): Offset {
  const offset = tiny.allocate(size);
  bytes(offset, size).set(ramp(size));
  tiny.allocate(8);
  return offset;
}

describe.each([
  ["reallocate", reallocate],
  ["tryReallocate", tryReallocate],
])("%s", (_, realloc) => {
  test("stays in place where resize can", () => {
    const offset = tiny.allocate(16);
    expect(realloc(tiny, offset, 100)).toBe(offset);
    expect(tiny.sizeOf(offset)).toBe(100);
  });

  test("moves where resize can't: contents kept, old block freed, once", () => {
    const old = hemmed(16);
    const moved = realloc(tiny, old, 48);
    expect(moved).not.toBe(old);
    expect(bytes(moved, 16)).toEqual(ramp(16));
    expect(tiny.blocks.get(old)).toBe(-1);
    expect(tiny.stats().blocks).toBe(2);
  });

  test("copies from the memory as it is after growth", () => {
    const old = hemmed(100);
    const before = tiny.memory.buffer;
    const moved = realloc(tiny, old, 400);
    expect(tiny.memory.buffer).not.toBe(before);
    expect(bytes(moved, 100)).toEqual(ramp(100));
  });

  test("copies no more than the new size, where a smaller block has to move", () => {
    const old = hemmed(16);
    tiny.resize = () => false;
    const moved = realloc(tiny, old, 8);
    expect([...bytes(moved, 16)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("refuses a dead block and an impossible size, and changes nothing", () => {
    const live = hemmed(16);
    const before = new Map(tiny.blocks);
    expect(() => realloc(tiny, live + 8, 32)).toThrow(InvalidBlockError);
    for (const size of [-1, 1.5, Number.NaN, 1025]) expect(() => realloc(tiny, live, size)).toThrow(InvalidSizeError);
    expect(tiny.blocks).toEqual(before);
    expect(bytes(live, 16)).toEqual(ramp(16));
  });
});

describe("where there is no room", () => {
  test("reallocate throws, tryReallocate returns NULL, and both leave the old block as it was", () => {
    const old = hemmed(16);
    const before = new Map(tiny.blocks);
    const { buffer } = tiny.memory;
    expect(() => reallocate(tiny, old, 1000)).toThrow(OutOfMemoryError);
    expect(tryReallocate(tiny, old, 1000)).toBe(NULL);
    expect(tiny.blocks).toEqual(before);
    expect(tiny.memory.buffer).toBe(buffer);
    expect(bytes(old, 16)).toEqual(ramp(16));
  });
});
