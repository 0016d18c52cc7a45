/** Options are read once, and what means nothing is refused, with its name. */

import { show } from "@ariax/allocator/implement";
import { reactive } from "@vue/reactivity";
import { describe, expect, test, vi } from "vitest";
import { SlabAllocator } from "../src/index.ts";
import { thrownBy } from "./heaps.ts";

const made = (options: unknown) => thrownBy(() => new SlabAllocator(options as { capacity: number }));
const INVALID = "ERR_INVALID_ARGUMENT:";
const capacity = 1 << 20;
const buffer = new ArrayBuffer(1 << 20);
const memory = new WebAssembly.Memory({ initial: 16, maximum: 64 });

describe("refused, and nothing is written", () => {
  const wrong: [unknown, string][] = [
    [
      { capacity, maxCapcity: 1 << 21 },
      'unknown option: "maxCapcity" is not one of capacity, maxCapacity, shared, byteOffset, byteLength, memory, buffer',
    ],
    [{ capacity, buffer }, "contradictory options: buffer and capacity exclude each other"],
    [{ capacity, memory }, "contradictory options: memory and capacity exclude each other"],
    [{ buffer, memory }, "contradictory options: memory and buffer exclude each other"],
    [{ buffer, maxCapacity: 1 << 21 }, "contradictory options: buffer and maxCapacity exclude each other"],
    [{ buffer, shared: false }, "contradictory options: buffer and shared exclude each other"],
    [{ memory, shared: true }, "contradictory options: memory and shared exclude each other"],
    [{ capacity, byteOffset: 0 }, "contradictory options: capacity and byteOffset exclude each other"],
    [{ capacity, byteLength: 1 << 20 }, "contradictory options: capacity and byteLength exclude each other"],
    [{}, "invalid capacity: undefined is not a whole number from 65536 to 4294901760"],
    [{ maxCapacity: 1 << 21 }, "invalid capacity: undefined is not a whole number from 65536 to 4294901760"],
    [{ capacity: 1048576n }, "invalid capacity: 1048576n is not a whole number from 65536 to 4294901760"],
    [{ capacity, maxCapacity: null }, "invalid maxCapacity: null is not a whole number from 1048576 to 4294901760"],
    [{ capacity, shared: 1 }, "invalid shared: 1 is not true or false"],
    [{ capacity, shared: null }, "invalid shared: null is not true or false"],
    [{ buffer, byteOffset: 0n }, "invalid byteOffset: 0n is not a whole number from 0 to 1048576"],
    [{ buffer, byteOffset: "0" }, 'invalid byteOffset: "0" is not a whole number from 0 to 1048576'],
    [{ buffer, byteLength: null }, "invalid byteLength: null is not a whole number from 0 to 1048576"],
    [{ memory, byteOffset: 0n }, "invalid byteOffset: 0n is not a whole number from 0 to 1048576"],
    [{ memory, byteOffset: Symbol("0") }, "invalid byteOffset: Symbol(0) is not a whole number from 0 to 1048576"],
    [{ memory, byteLength: 1n }, "invalid byteLength: 1n is not a whole number from 0 to 4294967296"],
    [{ memory: null }, "invalid memory: not a WebAssembly.Memory"],
    [{ memory: buffer }, "invalid memory: not a WebAssembly.Memory"],
    [{ memory: { buffer, grow: 1 } }, "invalid memory: not a WebAssembly.Memory"],
    [{ buffer: null }, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
    [{ buffer: new Proxy(buffer, {}) }, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
    [
      { buffer: { [Symbol.toStringTag]: "ArrayBuffer", byteLength: 1 << 20 } },
      "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer",
    ],
    [
      { memory: { buffer: { [Symbol.toStringTag]: "ArrayBuffer", byteLength: 1 << 20 }, grow: () => 0 } },
      "invalid memory: not a WebAssembly.Memory",
    ],
    [{ memory: new Proxy(memory, {}) }, "invalid memory: not a WebAssembly.Memory"],
    [[], "invalid options: an Array has none"],
    [{ capacity, lanes: 4 }, 'unknown option: "lanes" is one of SharedSlabAllocator'],
  ];
  test.each(wrong.map(([options, message]) => [message, options]))("%s", (message, options) => {
    expect(made(options)).toBe(`${INVALID} ${message}`);
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
  });

  test.each([undefined, null, 65536, 65536n, "1 MiB", Symbol("heap"), () => ({ capacity })])("%o", (options) => {
    expect(made(options)).toBe(
      `${INVALID} invalid options: ${show(options)} is no object with capacity, buffer or memory`,
    );
  });
});

test("what is undefined is not given", () => {
  const heap = new SlabAllocator({ capacity, maxCapacity: undefined, shared: undefined, buffer: undefined } as never);
  expect([heap.capacity, heap.traits.grows, heap.traits.shared]).toEqual([capacity, false, false]);
  const given = new SlabAllocator({ buffer: new ArrayBuffer(1 << 18), byteOffset: undefined, byteLength: undefined });
  expect(given.capacity).toBe(1 << 18);
});

test("each option is read once: what a getter says later is not seen", () => {
  const get = vi.fn(() => 1 << (17 + get.mock.calls.length));
  const heap = new SlabAllocator({
    get capacity() {
      return get();
    },
  });
  expect(get).toHaveBeenCalledTimes(1);
  expect(heap.capacity).toBe(heap.memory.buffer.byteLength);
});

test("an error of a getter is the caller's own", () => {
  const options = {
    buffer,
    get byteOffset(): number {
      throw new SyntaxError("mine");
    },
  };
  expect(() => new SlabAllocator(options)).toThrow(new SyntaxError("mine"));
  expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
});

test.each([
  ["a proxy", (options: object) => new Proxy(options, {})],
  ["Vue's", (options: object) => reactive(options)],
  ["inherited ones", (options: object) => Object.create(options)],
  ["those of another object, without a prototype", (options: object) => Object.assign(Object.create(null), options)],
])("options behind %s are options", (_, behind) => {
  const heap = new SlabAllocator(behind({ capacity, shared: true }) as { capacity: number });
  expect([heap.capacity, heap.traits.shared]).toEqual([capacity, true]);
});

test("the memory of a heap is not taken for options", () => {
  const heap = new SlabAllocator({ capacity });
  expect(made(heap.memory)).toMatch(/^ERR_INVALID_ARGUMENT: unknown option: /);
  expect(made({ buffer: heap.memory })).toMatch(/^ERR_INVALID_ARGUMENT: invalid buffer: /);
});

describe("attach refuses", () => {
  const attach = (...args: unknown[]) =>
    thrownBy(() => (SlabAllocator.attach as (...args: unknown[]) => unknown)(...args));
  const heap = new SlabAllocator({ capacity });

  test.each([undefined, null, {}, [], 5, 5n, Symbol("memory"), "memory", new Int32Array(1 << 18), { buffer, grow: 1 }])(
    "%o",
    (memory) => {
      const message = "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer, nor a WebAssembly.Memory";
      expect(attach(memory)).toBe(`${INVALID} ${message}`);
    },
  );

  test("the proxy of a buffer, or of a memory", () => {
    const message = `${INVALID} invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer, nor a WebAssembly.Memory`;
    expect(attach(new Proxy(heap.memory.buffer, {}))).toBe(message);
    expect(attach(new Proxy(memory, {}))).toBe(message);
  });

  test.each([
    [0n, "0n"],
    ["0", '"0"'],
    [null, "null"],
    [{}, "an object"],
    [Symbol("0"), "Symbol(0)"],
    [Number.NaN, "NaN"],
    [-1, "-1"],
    [0.5, "0.5"],
  ])("a byteOffset of %o", (byteOffset, shown) => {
    expect(attach(heap.memory.buffer, byteOffset)).toBe(
      `${INVALID} invalid byteOffset: ${shown} is not a whole number from 0 to 1048576`,
    );
  });

  test("a buffer that was transferred", () => {
    const gone = new ArrayBuffer(1 << 20);
    structuredClone(gone, { transfer: [gone] });
    const message = "ERR_DETACHED: detached: the given buffer was transferred; pass the one that it became";
    expect(attach(gone)).toBe(message);
    expect(made({ buffer: gone })).toBe(message);
  });
});
