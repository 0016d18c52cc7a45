import { expect, test } from "vitest";
import { allocateMany, type Memory } from "../src/index.ts";

/** As many blocks of 8 bytes as it is made for. */
function few(count: number, memory: Memory = { buffer: new ArrayBuffer(0) }) {
  let left = count;
  return { memory, tryAllocate: () => (left-- > 0 ? 8 * (count - left) : 0) };
}

test("allocateMany writes the offsets of all blocks where they fit", () => {
  const out = new Int32Array(3);
  expect(allocateMany(few(5), 8, out)).toBe(3);
  expect([...out]).toEqual([8, 16, 24]);
});

test("allocateMany says how many were made, and leaves the rest of out alone", () => {
  const out = new Int32Array(4).fill(-7);
  expect(allocateMany(few(2), 8, out)).toBe(2);
  expect([...out]).toEqual([8, 16, -7, -7]);
  expect(allocateMany(few(0), 8, out)).toBe(0);
  expect(allocateMany(few(1), 8, new Int32Array(0))).toBe(0);
});

test("allocateMany writes into its own memory, also where that becomes another buffer on the way", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const allocator = few(5, memory);
  let calls = 0;
  const tryAllocate = () => {
    if (++calls === 3) memory.grow(1);
    return allocator.tryAllocate();
  };
  const before = new Int32Array(memory.buffer, 64, 4);
  expect(allocateMany({ memory, tryAllocate }, 8, before)).toBe(4);
  expect(before.length).toBe(0);
  expect([...new Int32Array(memory.buffer, 60, 6)]).toEqual([0, 8, 16, 24, 32, 0]);
});

test.each([[[0, 0]], [new Uint8Array(4)], [new Float64Array(4)], [new BigInt64Array(4)], [undefined]])(
  "allocateMany refuses %o before it makes a block",
  (out) => {
    const allocator = few(5);
    const tryAllocate = () => expect.fail("a block was made");
    expect(() => allocateMany({ ...allocator, tryAllocate }, 8, out as unknown as Int32Array)).toThrow(
      "is no Int32Array or Uint32Array",
    );
  },
);
