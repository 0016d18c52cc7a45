/** Calls through proxies, Vue's and plain ones, beside a twin that is called directly. */
import { reactive } from "@vue/reactivity";
import { expect, test } from "vitest";
import { NativeAllocator, Region } from "../src/index.ts";
import { ENGINES, MiB, PAGE, thrownBy } from "./heaps.ts";
import { describeNative } from "./native.ts";

/** What stands before an object. */
const PROXIES: Record<string, <T extends object>(object: T) => T> = {
  "a plain proxy": (object) => new Proxy(object, {}),
  "Vue's reactive": (object) => reactive(object) as typeof object,
  "Vue's reactive, of what holds it": (object) => (reactive({ inner: object }) as { inner: typeof object }).inner,
};
const CASES = Object.entries(PROXIES);

/** Each public method and getter of a region once, in an order in which each has something to do. */
const ofRegion = (region: Region): unknown[] => {
  new Uint8Array(region.buffer).fill(1, 0, 3 * PAGE);
  const told = [
    [region.byteLength, region.kind, region.guard, region.hugePages, region.name, region.reserved, region.external],
    [region.mapped, region.path === undefined, region.descriptor],
    [region.resident(), [...region.residentPages()], region.hugePageBytes()],
    [region.purge(0, PAGE), region.purge(PAGE, PAGE, { lazy: true }), region.flush(), region.resident()],
    thrownBy(() => region.purge(1, MiB)),
    [...new Uint8Array(region.buffer, 0, PAGE)].some(Boolean),
  ];
  region.unmap();
  region.dispose();
  region[Symbol.dispose]();
  return [...told, region.mapped, thrownBy(() => region.unmap()), thrownBy(() => region.buffer)];
};

/** The same of a heap. */
const ofHeap = (heap: NativeAllocator): unknown[] => {
  const [a, b, c] = [heap.allocate(100), heap.tryAllocate(200_000), heap.allocate(100, 4096)];
  new Uint8Array(heap.memory.buffer, b, 200_000).fill(1);
  const many = new Int32Array(20);
  const told = [
    [a, b, c, heap.allocateMany(48, many), ...many],
    [heap.sizeOf(a), heap.resize(b, 100_000), heap.reallocate(c, 5000), thrownBy(() => heap.allocate(2 * MiB))],
    [heap.capacity, heap.traits, heap.words.length, heap.region!.kind, typeof heap.handle],
    thrownBy(() => heap.free(12)),
    [heap.free(a), thrownBy(() => heap.free(a)), heap.freeMany(many), heap.free(b)],
    [heap.purge() > 0, heap.purge(), heap.stats()],
  ];
  heap.verify();
  heap.reset();
  told.push([heap.stats()], [...heap.words]);
  heap.unmap();
  heap.dispose();
  heap[Symbol.dispose]();
  return [...told, thrownBy(() => heap.unmap()), thrownBy(() => heap.allocate(1)), thrownBy(() => heap.purge())];
};

describeNative("through a proxy", () => {
  test.each(CASES)("a region does as directly: %s", (_, before) => {
    for (const external of [true, false]) {
      const [region, twin] = [Region.map({ bytes: MiB, external }), Region.map({ bytes: MiB, external })];
      expect(ofRegion(before(region))).toEqual(ofRegion(twin));
      expect(region.mapped).toBe(false);
    }
  });

  test.each(ENGINES.flatMap((engine) => CASES.map(([name, before]) => ({ engine, name, before }))))(
    "a heap does as directly: $name ($engine)",
    ({ engine, before }) => {
      const make = () => new NativeAllocator({ capacity: MiB, engine });
      const heap = make();
      expect(ofHeap(before(heap))).toEqual(ofHeap(make()));
      expect(heap.region!.mapped).toBe(false);
    },
  );

  test.each(CASES)("each is still known for what it is: %s", (_, before) => {
    using heap = new NativeAllocator({ capacity: MiB });
    const p = heap.allocate(8);
    expect(before(heap)).toBeInstanceOf(NativeAllocator);
    expect(before(heap.region!)).toBeInstanceOf(Region);
    for (const engine of ENGINES) {
      const other = NativeAllocator.attach(before(heap.region!), 0, { engine });
      expect([other.sizeOf(p), other.region!.byteLength, other.purge()]).toEqual([16, MiB, 0]);
    }
  });
});

test.each([null, undefined, 0, "", {}, [], () => 0, new Map(), new ArrayBuffer(8)])("%o is neither", (value) => {
  expect([(value as unknown) instanceof Region, (value as unknown) instanceof NativeAllocator]).toEqual([false, false]);
});
