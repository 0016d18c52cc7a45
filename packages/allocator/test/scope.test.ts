import { beforeEach, describe, expect, test } from "vitest";
import { DoubleFreeError, InvalidBlockError, InvalidSizeError, OutOfMemoryError, scope } from "../src/index.ts";
import { TinyAllocator } from "./tiny-allocator.ts";

let tiny: TinyAllocator;
beforeEach(() => {
  tiny = new TinyAllocator(256, 4096);
});

describe("using", () => {
  test("frees at the end of the block", () => {
    {
      using block = scope(tiny, 32);
      expect(tiny.sizeOf(block.offset)).toBe(32);
    }
    expect(tiny.stats().blocks).toBe(0);
  });

  test("frees on the way of an exception, in reverse order", () => {
    const freed: number[] = [];
    const free = tiny.free;
    tiny.free = (offset) => {
      freed.push(offset);
      free.call(tiny, offset);
    };
    const offsets: number[] = [];
    const run = () => {
      using first = scope(tiny, 8);
      using second = scope(tiny, 8);
      offsets.push(second.offset, first.offset);
      throw new Error("half-way");
    };
    expect(run).toThrow("half-way");
    expect(freed).toEqual(offsets);
    expect(tiny.stats().blocks).toBe(0);
  });

  test("frees the first where the second has no room", () => {
    const run = () => {
      using _first = scope(tiny, 8);
      using _second = scope(tiny, 4096);
    };
    expect(run).toThrow(OutOfMemoryError);
    expect(tiny.stats().blocks).toBe(0);
  });
});

describe("scope", () => {
  test("passes the alignment on, and refuses as allocate does", () => {
    using block = scope(tiny, 10, 128);
    expect(block.offset % 128).toBe(0);
    expect(block.size).toBe(10);
    expect(() => scope(tiny, -1)).toThrow(InvalidSizeError);
    expect(tiny.stats().blocks).toBe(1);
  });

  test("views whole elements of what was asked for, in the memory as it is", () => {
    using block = scope(tiny, 30);
    block.view(Float64Array).set([1, 2, 3]);
    tiny.allocate(1000); // grows
    expect(block.view(Float64Array)).toEqual(Float64Array.of(1, 2, 3));
    expect(block.view(Uint8Array).length).toBe(30);
  });

  test("follows its block when it moves, and frees it there", () => {
    {
      using block = scope(tiny, 16);
      const before = block.offset;
      block.view(Uint8Array).fill(7);
      tiny.allocate(8);
      block.reallocate(64);
      expect(block.offset).not.toBe(before);
      expect(block.size).toBe(64);
      expect(block.view(Uint8Array).subarray(0, 16)).toEqual(new Uint8Array(16).fill(7));
    }
    expect(tiny.stats().blocks).toBe(1);
  });

  test("is as it was where reallocate has no room", () => {
    using block = scope(tiny, 16);
    const { offset } = block;
    tiny.allocate(8);
    expect(() => block.reallocate(4090)).toThrow(OutOfMemoryError);
    expect([block.offset, block.size]).toEqual([offset, 16]);
  });

  test("once freed, it touches no block that has its place since", () => {
    const block = scope(tiny, 32);
    const { offset } = block;
    block[Symbol.dispose]();
    tiny.blocks.set(offset, 32); // someone else's, at the same offset
    expect(() => block[Symbol.dispose]()).toThrow(DoubleFreeError);
    expect(() => block.offset).toThrow(InvalidBlockError);
    expect(() => block.view(Uint8Array)).toThrow(`invalid block: no live block begins at offset ${offset}`);
    expect(() => block.reallocate(8)).toThrow(InvalidBlockError);
    expect(tiny.sizeOf(offset)).toBe(32);
  });
});
