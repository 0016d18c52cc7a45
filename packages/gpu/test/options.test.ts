import { expect, test } from "vitest";
import { RangeHeap, type RangeHeapOptions } from "../src/index.ts";

const refused: [object | null | undefined | number, string][] = [
  [undefined, "invalid options: undefined is no object"],
  [null, "invalid options: null is no object"],
  [512, "invalid options: 512 is no object"],
  [{}, "invalid bytes: undefined is not a whole number from 256 to 281474976710656"],
  [
    { byte: 1 },
    'unknown option: "byte" is not one of bytes, granule, maxBytes, blocks, handles, buffer, byteOffset, shared',
  ],
  [{ bytes: 255 }, "invalid bytes: 255 is not a whole number from 256 to 281474976710656"],
  [{ bytes: 2 ** 48 + 1 }, "invalid bytes: 281474976710657 is not a whole number from 256 to 281474976710656"],
  [{ bytes: "1024" }, 'invalid bytes: "1024" is not a whole number from 256 to 281474976710656'],
  [{ bytes: 1024, granule: 0 }, "invalid granule: 0 is not a power of two from 1 to 1073741824"],
  [{ bytes: 1024, granule: 3 }, "invalid granule: 3 is not a power of two from 1 to 1073741824"],
  [{ bytes: 1024, granule: -256 }, "invalid granule: -256 is not a power of two from 1 to 1073741824"],
  [{ bytes: 2 ** 40, granule: 2 ** 31 }, "invalid granule: 2147483648 is not a power of two from 1 to 1073741824"],
  [{ bytes: 2 ** 40, granule: 2 ** 32 }, "invalid granule: 4294967296 is not a power of two from 1 to 1073741824"],
  [{ bytes: 1024, granule: "256" }, 'invalid granule: "256" is not a power of two from 1 to 1073741824'],
  [{ bytes: 1024, granule: 256n }, "invalid granule: 256n is not a power of two from 1 to 1073741824"],
  [{ bytes: 1024, granule: Symbol("x") }, "invalid granule: Symbol(x) is not a power of two from 1 to 1073741824"],
  [{ bytes: 2 ** 48 }, "invalid granule: 256 bytes are too few for a range of 281474976710656 bytes, it needs 65536"],
  [
    { bytes: 2 ** 20, maxBytes: 2 ** 41 },
    "invalid granule: 256 bytes are too few for a range of 2199023255552 bytes, it needs 512",
  ],
  [{ bytes: 1024, maxBytes: 1023 }, "invalid maxBytes: 1023 is not a whole number from 1024 to 281474976710656"],
  [{ bytes: 1024, blocks: 0 }, "invalid blocks: 0 is not a whole number from 1 to 16777216"],
  [{ bytes: 1024, blocks: 2 ** 24 + 1 }, "invalid blocks: 16777217 is not a whole number from 1 to 16777216"],
  [{ bytes: 1024, handles: "names" }, 'invalid handles: "names" is not "offset" or "table"'],
  [{ bytes: 1024, shared: 1 }, "invalid shared: 1 is not true or false"],
  [
    { bytes: 1024, shared: true, buffer: new ArrayBuffer(9) },
    "contradictory options: shared and buffer exclude each other",
  ],
  [{ bytes: 1024, byteOffset: 4 }, "contradictory options: byteOffset means nothing without buffer"],
  [{ bytes: 1024, buffer: {} }, "invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer"],
  [
    { bytes: 1024, buffer: new ArrayBuffer(9), byteOffset: 10 },
    "invalid byteOffset: 10 is not a whole number from 0 to 9",
  ],
  [{ bytes: 1024, buffer: new ArrayBuffer(9), byteOffset: 6 }, "invalid byteOffset: 6 is not a multiple of 4"],
  [{ bytes: 1024, buffer: new ArrayBuffer(4223) }, "invalid buffer: 4223 bytes at 0, but the heap takes 4224"],
  [
    { bytes: 1024, buffer: new ArrayBuffer(4300), byteOffset: 80 },
    "invalid buffer: 4220 bytes at 80, but the heap takes 4224",
  ],
  [
    { bytes: 2 ** 20, buffer: new ArrayBuffer(5000), blocks: 50 },
    "invalid buffer: 5000 bytes at 0, but the heap takes 8144",
  ],
];

test.each(refused)("%o is refused", (options, message) => {
  expect(() => new RangeHeap(options as RangeHeapOptions)).toThrow(message);
});

test("undefined counts as not given, getters are read once", () => {
  const counts: Record<string, number> = {};
  const options = {} as RangeHeapOptions;
  const values = {
    bytes: 1024,
    granule: 4,
    maxBytes: undefined,
    blocks: 9,
    handles: "table",
    buffer: undefined,
    shared: undefined,
  };
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(options, name, {
      enumerable: true,
      get() {
        counts[name] = (counts[name] ?? 0) + 1;
        return value;
      },
    });
  }
  const heap = new RangeHeap(options);
  expect([heap.capacity, heap.granule, heap.allocate(4), heap.allocate(4)]).toEqual([1024, 4, 1, 2]);
  expect(new Set(Object.values(counts))).toEqual(new Set([1]));
});

test("a getter's own error passes through", () => {
  const options = {
    get bytes(): number {
      throw new Error("mine");
    },
  };
  expect(() => new RangeHeap(options)).toThrow("mine");
});

test("in a buffer that is given, among other bytes", () => {
  const buffer = new ArrayBuffer(RangeHeap.byteLength(10) + 24);
  const bytes = new Uint8Array(buffer).fill(77);
  const heap = new RangeHeap({ bytes: 2 ** 20, buffer, byteOffset: 16, blocks: 10 });
  for (let i = 0; i < 10; i++) heap.allocate(1000);
  heap.verify();
  expect([heap.tryAllocate(1), heap.buffer, heap.byteOffset]).toEqual([0, buffer, 16]);
  expect([...bytes.subarray(0, 16), ...bytes.subarray(-8)]).toEqual(new Array(24).fill(77));
  // As many as there is room for.
  const other = new RangeHeap({ bytes: 2 ** 20, buffer: new ArrayBuffer(RangeHeap.byteLength(7) + 79) });
  for (let i = 0; i < 7; i++) other.allocate(1);
  expect(other.tryAllocate(1)).toBe(0);
});

test("a resizable buffer that is given becomes longer, and stays the same", () => {
  const buffer = new ArrayBuffer(100, { maxByteLength: RangeHeap.byteLength(500) });
  const heap = new RangeHeap({ bytes: 2 ** 20, buffer });
  for (let i = 0; i < 500; i++) heap.allocate(1);
  heap.verify();
  expect(heap.tryAllocate(1)).toBe(0);
  expect(heap.buffer).toBe(buffer);
  expect(buffer.byteLength).toBeLessThanOrEqual(RangeHeap.byteLength(500));
});

test("byteLength wants a number of blocks", () => {
  expect(() => RangeHeap.byteLength(0)).toThrow("invalid blocks: 0 is not a whole number from 1 to 16777216");
  expect(() => RangeHeap.byteLength(undefined as unknown as number)).toThrow("invalid blocks: undefined is not");
});

test("options that answer to every symbol are options still", () => {
  const get = (it: object, name: string | symbol) => (typeof name === "symbol" ? 5 : Reflect.get(it, name));
  const answering = new Proxy<RangeHeapOptions>({ bytes: 2 ** 20 }, { get });
  expect(new RangeHeap(answering).capacity).toBe(2 ** 20);
});
