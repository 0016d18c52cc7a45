/** A heap behind a proxy does what the heap does: the same results, the same bytes. */
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { WasmAllocator } from "../src/index.ts";
import { drive, memoryOf, PAGE, random, thrownBy } from "./heaps.ts";

const MEMORIES: Record<string, () => WasmAllocator> = {
  "memory of its own": () => WasmAllocator.createSync({ capacity: 1 << 20 }),
  "memory that grows": () => WasmAllocator.createSync({ capacity: PAGE, maxCapacity: 4 << 20 }),
  "shared memory that grows": () => WasmAllocator.createSync({ capacity: PAGE, maxCapacity: 4 << 20, shared: true }),
  "memory that is given": () =>
    WasmAllocator.createSync({ memory: memoryOf(2, 200), byteOffset: 5000, byteLength: 100 * PAGE }),
};

const PROXIES: Record<string, (heap: WasmAllocator) => WasmAllocator> = {
  "a proxy": (heap) => new Proxy(heap, {}),
  "Vue's": (heap) => reactive(heap) as WasmAllocator,
  "a proxy that refuses to be written": (heap) => new Proxy(heap, { set: () => false }),
  "nothing, but frozen": (heap) => Object.freeze(heap) as typeof heap,
};

const bytesOf = ({ memory }: WasmAllocator) => Buffer.from(memory.buffer);

describe.each(Object.entries(MEMORIES))("%s", (_, make) => {
  test.each(Object.entries(PROXIES))("behind %s", (_, behind) => {
    const [heap, twin] = [make(), make()];
    const proxy = behind(heap);
    const [live, alsoLive]: number[][] = [[], []];
    for (const seed of [1, 2]) {
      expect(drive(proxy, live, random(seed), 600)).toEqual(drive(twin, alsoLive, random(seed), 600));
      expect(bytesOf(proxy).equals(bytesOf(twin))).toBe(true);
      // The heap itself goes on where its proxy stopped.
      expect(drive(heap, live, random(seed + 2), 300)).toEqual(drive(twin, alsoLive, random(seed + 2), 300));
    }
    proxy.verify();
    expect(proxy.stats()).toEqual(twin.stats());
    expect({ ...proxy.traits }).toEqual(twin.traits);
    expect([proxy.capacity, proxy.words]).toEqual([twin.capacity, twin.words]);
    expect(live.map((p) => proxy.sizeOf(p))).toEqual(live.map((p) => twin.sizeOf(p)));
    expect(thrownBy(() => proxy.allocate(proxy.capacity))).toBe(thrownBy(() => twin.allocate(twin.capacity)));
    proxy.freeMany(Int32Array.from(live));
    twin.freeMany(Int32Array.from(live));
    proxy.reset();
    twin.reset();
    heap.verify();
    expect(bytesOf(proxy).equals(bytesOf(twin))).toBe(true);
  });
});
