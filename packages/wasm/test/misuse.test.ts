/** What can't be: each is refused in so many words, and changes nothing. */
import { describe, expect, test } from "vitest";
import { moduleBytes, WasmAllocator, type WasmOptions } from "../src/index.ts";
import { memoryOf, PAGE, thrownBy } from "./heaps.ts";

const INVALID = "ERR_INVALID_ARGUMENT: invalid";
const moduleOf = (shared: boolean) => new WebAssembly.Module(moduleBytes(shared));

/** Both ways to create one refuse alike. */
async function refused(options: unknown): Promise<string> {
  const now = thrownBy(() => WasmAllocator.createSync(options as WasmOptions));
  const later = await WasmAllocator.create(options as WasmOptions).then(
    () => "nothing",
    (error) => `${error.code}: ${error.message}`,
  );
  expect(later).toBe(now);
  return now;
}

describe("create refuses", () => {
  test.each([
    [{ capacity: 65535 }, "capacity: 65535 is not a whole number from 65536 to 4294901760"],
    [{ capacity: Number.NaN }, "capacity: NaN is not a whole number from 65536 to 4294901760"],
    [{}, "capacity: undefined is not a whole number from 65536 to 4294901760"],
    [{ capacity: 1 << 20, maxCapacity: 65536 }, "maxCapacity: 65536 is not a whole number from 1048576 to 4294901760"],
    [{ memory: 5 }, "memory: not a WebAssembly.Memory"],
    [{ memory: null }, "memory: not a WebAssembly.Memory"],
    [{ memory: new ArrayBuffer(1 << 20) }, "memory: not a WebAssembly.Memory"],
    [{ memory: { buffer: new ArrayBuffer(1 << 20), grow: () => 0 } }, "memory: not a WebAssembly.Memory"],
    [{ memory: memoryOf(0, 4) }, "buffer: 0 bytes, a heap needs 65536"],
    [{ memory: memoryOf(1), byteOffset: 1 }, "buffer: 61440 bytes, a heap needs 65536"],
    [{ memory: memoryOf(1), byteOffset: 65537 }, "byteOffset: 65537 is not a whole number from 0 to 65536"],
    [{ memory: memoryOf(1), byteOffset: -1 }, "byteOffset: -1 is not a whole number from 0 to 65536"],
    [{ memory: memoryOf(2), byteLength: 65535 }, "buffer: 65535 bytes, a heap needs 65536"],
    [{ memory: memoryOf(2), byteLength: 2 ** 33 }, "byteLength: 8589934592 is not a whole number from 0 to 4294967296"],
    [{ memory: memoryOf(0, 0), byteLength: 1 << 20 }, "buffer: it can't be made 32768 bytes long"],
    [{ capacity: 65536, module: {} }, "module: not a WebAssembly.Module"],
    [{ capacity: 65536, module: moduleBytes(false) }, "module: not a WebAssembly.Module"],
    [
      { capacity: 65536, module: new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) },
      "module: not that of this version of @ariax/wasm",
    ],
    [{ capacity: 65536, module: moduleOf(true) }, "module: for memory that is not shared it must be that of heap.wasm"],
    [
      { capacity: 65536, shared: true, module: moduleOf(false) },
      "module: for shared memory it must be that of heap-shared.wasm",
    ],
  ])("%o", async (options, message) => {
    const { memory } = options as { memory?: unknown };
    const bytes = memory instanceof WebAssembly.Memory ? new Uint8Array(memory.buffer).fill(0xa5) : new Uint8Array();
    const { length } = bytes;
    expect(await refused(options)).toBe(`${INVALID} ${message}`);
    expect(bytes.length).toBe(length);
    expect(bytes.every((byte) => byte === 0xa5)).toBe(true);
  });
});

describe("attach refuses", () => {
  test("what is no memory, or no heap", async () => {
    const attach = (memory: unknown, byteOffset?: number) =>
      thrownBy(() => WasmAllocator.attachSync(memory as WebAssembly.Memory, byteOffset));
    expect(attach(new ArrayBuffer(1 << 20))).toBe(`${INVALID} memory: not a WebAssembly.Memory`);
    expect(attach(memoryOf(1))).toBe("ERR_CORRUPTED: corrupted: no heap: no magic number at byte 0");
    expect(attach(memoryOf(1), 4096)).toBe("ERR_CORRUPTED: corrupted: no heap: no magic number at byte 4096");
    expect(attach(memoryOf(1), PAGE + 1)).toBe(`${INVALID} byteOffset: 65537 is not a whole number from 0 to 65536`);
    await expect(WasmAllocator.attach(memoryOf(1))).rejects.toThrow("corrupted: no heap: no magic number at byte 0");
  });

  test("a damaged heap", () => {
    const heap = WasmAllocator.createSync({ capacity: 1 << 20 });
    heap.words[17] = 1;
    expect(thrownBy(() => WasmAllocator.attachSync(heap.memory))).toBe(
      "ERR_CORRUPTED: corrupted: 1 pages used, 0 at the peak, of 256",
    );
  });
});

test("sizes and offsets that are none", () => {
  const heap = WasmAllocator.createSync({ capacity: 1 << 20 });
  const p = heap.allocate(100);
  const before = heap.words.slice();
  for (const size of [-1, 0.5, Number.NaN, 2 ** 32, 2 ** 32 + 16, (1 << 20) + 1, "16" as unknown as number]) {
    const shown = typeof size === "string" ? `"${size}"` : String(size);
    const why =
      Number.isInteger(size) && size > 0
        ? "exceeds the capacity of 1048576 bytes"
        : "is not a whole number of bytes from 0 to 1048576";
    const message = `ERR_INVALID_SIZE: invalid size: ${shown} ${why}`;
    for (const call of [
      () => heap.allocate(size),
      () => heap.tryAllocate(size),
      () => heap.allocate(size, 64),
      () => heap.resize(p, size),
      () => heap.reallocate(p, size),
      () => heap.allocateMany(size, new Int32Array(1)),
    ]) {
      expect(thrownBy(call)).toBe(message);
    }
  }
  for (const alignment of [0, 3, -8, 131072, Number.NaN]) {
    expect(thrownBy(() => heap.allocate(1, alignment))).toBe(
      `ERR_INVALID_ALIGNMENT: invalid alignment: ${alignment} is not a power of two from 1 to 65536`,
    );
  }
  for (const offset of [-1, 0, 0.5, Number.NaN, p + 1, p + 8, p + 2 ** 32, 2 ** 32 - 4096, 1 << 20]) {
    expect(thrownBy(() => heap.free(offset))).toBe(
      `ERR_INVALID_FREE: invalid free: no block begins at offset ${offset}`,
    );
    expect(thrownBy(() => heap.sizeOf(offset))).toBe(
      `ERR_INVALID_BLOCK: invalid block: no live block begins at offset ${offset}`,
    );
  }
  expect(heap.words).toEqual(before);
  heap.free(p);
  expect(thrownBy(() => heap.free(p))).toBe(`ERR_DOUBLE_FREE: double free: the block at offset ${p} is free already`);
  const q = heap.allocate(100);
  expect(thrownBy(() => heap.freeMany(Int32Array.of(q, q)))).toBe(
    `ERR_DOUBLE_FREE: double free: the block at offset ${q} is free already`,
  );
  expect(thrownBy(() => heap.freeMany(Int32Array.of(q, q + 8)))).toBe(
    `ERR_INVALID_FREE: invalid free: no block begins at offset ${q + 8}`,
  );
  expect(heap.stats().blocks).toBe(1);
});

const strange = [64n, Symbol("64"), Object.create(null), {}, null, "64", [], true] as unknown as number[];

test.each(strange.map((value, i) => [i, value] as const))("what is no number (%i)", (_, value) => {
  const heap = WasmAllocator.createSync({ capacity: 1 << 20 });
  const p = heap.allocate(64);
  const before = heap.words.slice();
  const code = (fn: () => unknown) => thrownBy(fn).split(":")[0];
  expect(code(() => heap.allocate(value))).toBe("ERR_INVALID_SIZE");
  expect(code(() => heap.tryAllocate(value))).toBe("ERR_INVALID_SIZE");
  expect(code(() => heap.tryAllocate(value, 8))).toBe("ERR_INVALID_SIZE");
  expect(code(() => heap.allocate(64, value))).toBe("ERR_INVALID_ALIGNMENT");
  expect(code(() => heap.free(value))).toBe("ERR_INVALID_FREE");
  expect(code(() => heap.sizeOf(value))).toBe("ERR_INVALID_BLOCK");
  expect(code(() => heap.resize(value, 8))).toBe("ERR_INVALID_BLOCK");
  expect(code(() => heap.resize(p, value))).toBe("ERR_INVALID_SIZE");
  expect(code(() => heap.reallocate(value, 8))).toBe("ERR_INVALID_BLOCK");
  expect(code(() => heap.reallocate(p, value))).toBe("ERR_INVALID_SIZE");
  expect(code(() => heap.allocateMany(value, new Int32Array(1)))).toBe("ERR_INVALID_SIZE");
  expect(code(() => heap.allocateMany(8, value as unknown as Int32Array))).toBe("ERR_INVALID_ARGUMENT");
  expect(code(() => heap.freeMany(value as unknown as Int32Array))).toBe("ERR_INVALID_ARGUMENT");
  expect(code(() => heap.freeMany(Int32Array.of(p), value))).toBe("ERR_INVALID_ARGUMENT");
  expect(heap.words).toEqual(before);
});

test("bulk calls take no array in the control block", () => {
  const heap = WasmAllocator.createSync({ capacity: 1 << 20 });
  const before = heap.words.slice();
  const array = new Int32Array(heap.memory.buffer, 4096, 100);
  const message = `${INVALID} offsets: they lie at byte 4096, in the heap's control block`;
  expect(thrownBy(() => heap.allocateMany(64, array))).toBe(message);
  expect(thrownBy(() => heap.freeMany(array))).toBe(message);
  expect(heap.words).toEqual(before);
});

test("a boundary of a live slab that was never handed out holds a free block: it is freed twice, not invalid", () => {
  const heap = WasmAllocator.createSync({ capacity: 1 << 20 });
  const p = heap.allocate(64);
  const before = heap.words.slice();
  expect(thrownBy(() => heap.free(p + 64))).toBe(
    `ERR_DOUBLE_FREE: double free: the block at offset ${p + 64} is free already`,
  );
  expect(thrownBy(() => heap.free(p + 32))).toBe(`ERR_INVALID_FREE: invalid free: no block begins at offset ${p + 32}`);
  expect(thrownBy(() => heap.sizeOf(p + 64))).toBe(
    `ERR_INVALID_BLOCK: invalid block: no live block begins at offset ${p + 64}`,
  );
  expect(heap.words).toEqual(before);
});
