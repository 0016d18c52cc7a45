import { beforeEach, describe, expect, test } from "vitest";
import { InvalidArgumentError, InvalidBlockError, View, view } from "../src/index.ts";
import { TinyAllocator } from "./tiny-allocator.ts";

let tiny: TinyAllocator;
beforeEach(() => {
  tiny = new TinyAllocator(256, 4096);
});

describe("view", () => {
  test("is the block itself, typed", () => {
    const offset = tiny.allocate(32);
    const floats: Float64Array = view(tiny, offset, Float64Array, 4);
    floats.set([1, 2, 3, 4]);
    expect(new Float64Array(tiny.memory.buffer, offset, 4)).toEqual(Float64Array.of(1, 2, 3, 4));
    expect(floats.buffer).toBe(tiny.memory.buffer);
  });

  test.each([Uint8Array, Int16Array, Uint32Array, Float32Array, Float64Array, BigInt64Array])(
    "of %o takes what fits, and not one element more",
    (type: Parameters<typeof view<ArrayBufferView>>[2]) => {
      const offset = tiny.allocate(32);
      const most = 32 / type.BYTES_PER_ELEMENT;
      expect(view(tiny, offset, type, most).byteLength).toBe(32);
      expect(view(tiny, offset, type, 0).byteLength).toBe(0);
      expect(() => view(tiny, offset, type, most + 1)).toThrow(
        `invalid length: ${most + 1} elements are ${32 + type.BYTES_PER_ELEMENT} bytes, the block has 32`,
      );
    },
  );

  test("rounds down where the block is no whole number of elements", () => {
    const offset = tiny.allocate(31);
    expect(view(tiny, offset, Float64Array, 3).length).toBe(3);
    expect(() => view(tiny, offset, Float64Array, 4)).toThrow(InvalidArgumentError);
  });

  test("refuses a block that isn't aligned for the type", () => {
    tiny.allocate(4);
    const offset = tiny.allocate(16, 4);
    expect(view(tiny, offset, Float32Array, 4).length).toBe(4);
    expect(() => view(tiny, offset, Float64Array, 2)).toThrow(`invalid view: offset ${offset} is not a multiple of 8`);
  });

  test("refuses what is no live block", () => {
    const offset = tiny.allocate(32);
    expect(() => view(tiny, offset + 8, Uint8Array, 1)).toThrow(InvalidBlockError);
    tiny.free(offset);
    expect(() => view(tiny, offset, Uint8Array, 1)).toThrow(InvalidBlockError);
  });
});

describe("View", () => {
  test("is the same array while the buffer is the same", () => {
    const kept = new View(tiny, tiny.allocate(32), Float64Array, 4);
    const array: Float64Array = kept.array;
    expect(kept.array).toBe(array);
  });

  test("survives growth, where a plain view is detached", () => {
    const offset = tiny.allocate(32);
    const kept = new View(tiny, offset, Float64Array, 4);
    const plain = kept.array;
    plain.set([1, 2, 3, 4]);
    tiny.allocate(1000);
    expect(plain.length).toBe(0);
    expect(kept.array).toEqual(Float64Array.of(1, 2, 3, 4));
    expect(kept.array).toBe(kept.array);
    expect(kept.offset).toBe(offset);
  });

  test("is checked as a view is", () => {
    expect(() => new View(tiny, 72, Float64Array, 1)).toThrow(InvalidBlockError);
    expect(() => new View(tiny, tiny.allocate(8), Float64Array, 2)).toThrow(InvalidArgumentError);
  });
});
