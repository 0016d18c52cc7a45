/** A heap behind a proxy does what the heap does: the same results, the same bytes. */
import { reactive, readonly } from "@vue/reactivity";
import { describe, expect, test, vi } from "vitest";
import { SlabAllocator } from "../src/index.ts";
import { drive, random, thrownBy } from "./heaps.ts";

const WASM_PAGE = 65536;
const memoryOf = () => new WebAssembly.Memory({ initial: 2, maximum: 200 });

const MEMORIES: Record<string, () => SlabAllocator> = {
  "memory of its own": () => new SlabAllocator({ capacity: 1 << 20 }),
  "memory that grows": () => new SlabAllocator({ capacity: 1 << 16, maxCapacity: 1 << 22 }),
  "shared memory that grows": () => new SlabAllocator({ capacity: 1 << 16, maxCapacity: 1 << 22, shared: true }),
  "memory that becomes another buffer": () => new SlabAllocator({ memory: memoryOf(), byteLength: 100 * WASM_PAGE }),
};

const PROXIES: Record<string, (heap: SlabAllocator) => SlabAllocator> = {
  "a proxy": (heap) => new Proxy(heap, {}),
  "Vue's": (heap) => reactive(heap) as SlabAllocator,
  "a proxy that lets nothing be written": (heap) => new Proxy(heap, { set: () => true }),
  "a proxy that refuses to be written": (heap) => new Proxy(heap, { set: () => false }),
  "nothing, but frozen": (heap) => Object.freeze(heap) as typeof heap,
};

const bytesOf = ({ memory }: SlabAllocator) => Buffer.from(memory.buffer);

describe.each(Object.entries(MEMORIES))("%s", (_, make) => {
  test.each(Object.entries(PROXIES))("behind %s", (_, behind) => {
    const [heap, twin] = [make(), make()];
    const proxy = behind(heap);
    const [live, alsoLive]: number[][] = [[], []];
    for (const seed of [1, 2]) {
      drive(proxy, live, random(seed), 1500);
      drive(twin, alsoLive, random(seed), 1500);
      expect(live).toEqual(alsoLive);
      expect(bytesOf(proxy).equals(bytesOf(twin))).toBe(true);
      // The heap itself goes on where its proxy stopped.
      drive(heap, live, random(seed + 2), 500);
      drive(twin, alsoLive, random(seed + 2), 500);
    }
    proxy.verify();
    expect(proxy.stats()).toEqual(twin.stats());
    expect({ ...proxy.traits }).toEqual(twin.traits);
    expect([proxy.capacity, proxy.words]).toEqual([twin.capacity, twin.words]);
    for (const bad of [12, live[0] + 8, -1]) {
      expect(thrownBy(() => proxy.free(bad))).toBe(thrownBy(() => twin.free(bad)));
      expect(thrownBy(() => proxy.sizeOf(bad))).toBe(thrownBy(() => twin.sizeOf(bad)));
      expect(thrownBy(() => proxy.freeMany(Int32Array.of(live[0], bad)))).toBe(
        thrownBy(() => twin.freeMany(Int32Array.of(live[0], bad))),
      );
    }
    expect(live.map((p) => proxy.sizeOf(p))).toEqual(live.map((p) => twin.sizeOf(p)));
    proxy.freeMany(Int32Array.from(live));
    twin.freeMany(Int32Array.from(live));
    proxy.reset();
    twin.reset();
    heap.verify();
    expect(bytesOf(proxy).equals(bytesOf(twin))).toBe(true);
  });
});

test("behind Vue's readonly, once the memory is another buffer", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const heap = new SlabAllocator({ memory: memoryOf(), byteLength: 100 * WASM_PAGE });
  const [p, q] = [heap.allocate(100), heap.allocate(200)];
  const view = readonly(heap) as SlabAllocator;
  (heap.memory as unknown as { grow(bytes: number): boolean }).grow(10 * WASM_PAGE);
  view.free(p);
  expect(view.sizeOf(view.reallocate(q, 300))).toBe(320);
  expect(heap.stats().blocks).toBe(1);
  heap.verify();
  warn.mockRestore();
});

test("a heap that is attached behind a proxy", () => {
  const heap = new SlabAllocator({ capacity: 1 << 20 });
  const proxy = reactive(SlabAllocator.attach(heap.memory.buffer)) as SlabAllocator;
  heap.free(proxy.allocate(100));
  expect(proxy.stats()).toEqual(heap.stats());
});

test("behind a proxy that throws, at whatever access, a call that fails has changed nothing", () => {
  const made = () => {
    const heap = new SlabAllocator({ capacity: 1 << 16, maxCapacity: 1 << 20 });
    const full = new Int32Array(32);
    heap.allocateMany(1024, full); // words of four blocks, some of them full
    return { heap, a: full[0], z: full[31], large: heap.allocate(20_000) };
  };
  const out = new Int32Array(100);
  const calls: ((heap: SlabAllocator, of: ReturnType<typeof made>) => unknown)[] = [
    (heap) => heap.allocate(1024),
    (heap) => heap.allocate(64),
    (heap) => heap.tryAllocate(40, 4096),
    (heap) => heap.allocate(200_000),
    (heap, { a }) => heap.free(a),
    (heap, { z }) => heap.free(z),
    (heap, { large }) => heap.free(large),
    (heap, { large }) => heap.resize(large, 100_000),
    (heap, { large }) => heap.resize(large, 4096),
    (heap, { a }) => heap.reallocate(a, 3000),
    (heap, { large }) => heap.reallocate(large, 300_000),
    (heap) => heap.allocateMany(2000, out),
    (heap, { a, z, large }) => heap.freeMany(Int32Array.of(z, large, a)),
    (heap) => heap.reset(),
  ];
  for (const call of calls) {
    let done = false;
    for (let k = 1; !done; k++) {
      const of = made();
      const before = bytesOf(of.heap);
      let left = k;
      const get = (target: SlabAllocator, key: string | symbol, self: unknown) => {
        if (--left === 0) throw new Error("the proxy's");
        return Reflect.get(target, key, self);
      };
      try {
        call(new Proxy(of.heap, { get }), of);
        done = true; // it has fewer accesses
      } catch (error) {
        expect(error).toEqual(new Error("the proxy's"));
        expect(bytesOf(of.heap).equals(before), `${call}, access ${k}`).toBe(true);
      }
      of.heap.verify();
    }
  }
});
