import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { type Handle, RangeHeap } from "../src/index.ts";
import { NAMES, REACHED } from "../src/layout.ts";
import { random } from "./walk.ts";

test("another goes on where the first stopped, and the first after it", () => {
  for (const shared of [false, true]) {
    const heap = new RangeHeap({ bytes: 2 ** 20, granule: 16, handles: "table", blocks: 100, shared });
    const twin = new RangeHeap({ bytes: 2 ** 20, granule: 16, handles: "table", blocks: 100, shared });
    const next = random(5);
    const live: Handle[] = [];
    for (let i = 0; i < 500; i++) {
      const one = i % 2 === 0 ? heap : RangeHeap.attach(heap.buffer);
      const size = next(3000);
      const h = one.tryAllocate(size);
      expect(h).toBe(twin.tryAllocate(size));
      if (h !== 0) live.push(h);
      if (h === 0 || next(2) === 0) {
        const [gone] = live.splice(next(live.length), 1);
        one.defer(gone, i + 5);
        twin.defer(gone, i + 5);
      }
      expect(one.reach(i)).toBe(twin.reach(i));
      expect(Buffer.compare(Buffer.from(heap.buffer), Buffer.from(twin.buffer))).toBe(0);
    }
    expect([heap.capacity, heap.granule]).toEqual([2 ** 20, 16]);
  }
});

test("a shared one becomes longer in place, and whoever is attached sees it", () => {
  const heap = new RangeHeap({ bytes: 2 ** 20, shared: true });
  const other = RangeHeap.attach(heap.buffer);
  const handles: Handle[] = [];
  for (let i = 0; i < 1000; i++) handles.push((i % 3 === 0 ? other : heap).allocate(256));
  expect(other.stats()).toEqual(heap.stats());
  for (const h of handles) (h % 2 === 0 ? heap : other).free(h);
  expect(heap.buffer).toBe(other.buffer);
  heap.verify();
});

test("one that is replaced by a longer one is no heap any more", () => {
  const heap = new RangeHeap({ bytes: 2 ** 20 });
  const { buffer } = heap;
  const other = RangeHeap.attach(buffer);
  for (let i = 0; i < 100; i++) heap.allocate(1);
  expect(heap.buffer).not.toBe(buffer);
  expect(() => other.allocate(1)).toThrow(
    "detached: the heap's memory is gone, its buffer was transferred or unmapped, or its WebAssembly.Memory has grown",
  );
  expect(() => RangeHeap.attach(buffer)).toThrow("detached: the heap's memory is gone");
  RangeHeap.attach(heap.buffer).verify();
  expect(heap.stats().blocks).toBe(100);
});

/** Each call there is. */
const CALLS: Record<string, (heap: RangeHeap, h: Handle) => unknown> = {
  allocate: (heap) => heap.allocate(1),
  tryAllocate: (heap) => heap.tryAllocate(1),
  free: (heap, h) => heap.free(h),
  offsetOf: (heap, h) => heap.offsetOf(h),
  sizeOf: (heap, h) => heap.sizeOf(h),
  isLive: (heap, h) => heap.isLive(h),
  tryResize: (heap, h) => heap.tryResize(h, 1),
  defer: (heap, h) => heap.defer(h, 1),
  reach: (heap) => heap.reach(1),
  reached: (heap) => heap.reached,
  moves: (heap) => heap.moves(),
  commit: (heap, h) => heap.commit({ id: 1, handle: h, from: 0, to: 0, size: 0 }),
  drop: (heap, h) => heap.drop({ id: 1, handle: h, from: 0, to: 0, size: 0 }),
  grow: (heap) => heap.grow(2 ** 20),
  reset: (heap) => heap.reset(),
  stats: (heap) => heap.stats(),
  verify: (heap) => heap.verify(),
  capacity: (heap) => heap.capacity,
};

test.each(Object.entries(CALLS))("%s: a buffer that was transferred away, or became shorter", (_, call) => {
  const gone = new RangeHeap({ bytes: 2 ** 20 });
  const h = gone.allocate(1);
  structuredClone(gone.buffer, { transfer: [gone.buffer as ArrayBuffer] });
  expect(() => call(gone, h)).toThrow(
    "detached: the heap's memory is gone, its buffer was transferred or unmapped, or its WebAssembly.Memory has grown",
  );
  const buffer = new ArrayBuffer(9000, { maxByteLength: 10_000 });
  const short = new RangeHeap({ bytes: 2 ** 20, buffer });
  short.allocate(1);
  const copy = buffer.slice();
  buffer.resize(8000);
  expect(() => call(short, h)).toThrow("corrupted: truncated: the control block has 8984 bytes, 8000 are there");
  buffer.resize(100);
  expect(() => call(short, h)).toThrow("corrupted: truncated: a header has 4064 bytes, 100 are there");
  buffer.resize(9000);
  new Uint8Array(buffer).set(new Uint8Array(copy));
  expect(short.offsetOf(h)).toBe(0);
  short.verify();
});

test("what is no heap is refused", () => {
  const attach = (buffer: unknown, byteOffset?: unknown) =>
    RangeHeap.attach(buffer as ArrayBuffer, byteOffset as number);
  for (const none of [
    undefined,
    null,
    1,
    {},
    new Uint8Array(9999),
    new Proxy(new ArrayBuffer(9), {}),
    Symbol.iterator,
  ]) {
    expect(() => attach(none)).toThrow("invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer");
  }
  const heap = new RangeHeap({ bytes: 2 ** 20 });
  expect(() => attach(heap.buffer, 4)).toThrow("corrupted: no heap at 4: it begins with 0x00000001");
  expect(() => attach(heap.buffer, 2)).toThrow("invalid byteOffset: 2 is not a multiple of 4");
  for (const odd of [-4, 0.5, "4", 2 ** 40, null, 4n, Symbol.iterator]) {
    expect(() => attach(heap.buffer, odd)).toThrow(/^invalid byteOffset: /);
  }
  expect(() => attach(heap.buffer.slice(0, 5000))).toThrow(
    "corrupted: truncated: the control block has 6624 bytes, 5000 are there",
  );
  expect(() => attach(new ArrayBuffer(100))).toThrow("corrupted: truncated: a header has 4064 bytes, 100 are there");
});

test("buffers of another realm", () => {
  for (const type of ["ArrayBuffer", "SharedArrayBuffer"]) {
    const buffer = runInNewContext(`new ${type}(9000)`) as ArrayBuffer;
    const heap = new RangeHeap({ bytes: 2 ** 20, buffer });
    const h = heap.allocate(1000);
    expect(RangeHeap.attach(buffer).sizeOf(h)).toBe(1024);
  }
});

test.each([
  ["name", NAMES],
  ["fence", REACHED],
])("the last %s is a whole number that a double can be", (what, at) => {
  const heap = new RangeHeap({ bytes: 2 ** 20, handles: "table" });
  const words = new Uint32Array(heap.buffer);
  words[at + 1] = 2 ** 21 - 1;
  RangeHeap.attach(heap.buffer);
  words[at + 1] = 2 ** 21;
  expect(() => RangeHeap.attach(heap.buffer)).toThrow(`corrupted: the last ${what} is above 2⁵³`);
});
