/** The heap with lanes, operated by WebAssembly: the contract, and the same bytes as the TypeScript engine makes. */
import { conformance } from "@ariax/conformance";
import { SharedSlabAllocator } from "@ariax/slab";
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { times, withoutLeaks } from "../../../scripts/lib/long.ts";
import { SharedWasmAllocator, WasmAllocator } from "../src/index.ts";
import { memoryOf, memoryWith, PAGE } from "./heaps.ts";
import { type Engines, freeTwice, Lanes, loseLane } from "./lanes.ts";

const runs = times(20, 50);
const most = withoutLeaks(test);
const attach = (buffer: ArrayBufferLike) => SharedWasmAllocator.attachSync(memoryWith(buffer));

describe.each([1, 8])("%i lanes, the first of them", (lanes) => {
  conformance({ test, runs, attach, create: (capacity) => SharedWasmAllocator.createSync({ capacity, lanes }) });
});

describe("memory that grows", () => {
  const create = (maxCapacity: number) => SharedWasmAllocator.createSync({ capacity: PAGE, maxCapacity, lanes: 3 });
  conformance({ test: most, runs, attach, create });
});

describe("a given memory, from an odd place on", () => {
  const byteOffset = 3 * 4096 + 1;
  conformance({
    test: most,
    runs,
    create: (capacity) => {
      const memory = memoryOf(2, 2 + Math.ceil(capacity / PAGE), true);
      return SharedWasmAllocator.createSync({ memory, byteOffset, byteLength: capacity + 4095, lanes: 2 });
    },
    attach: (buffer) => SharedWasmAllocator.attachSync(memoryWith(buffer), { byteOffset }),
  });
});

test("a heap of the other kind is refused, and the error says who opens it", () => {
  const shared = SharedWasmAllocator.createSync({ capacity: 1 << 20 });
  expect(() => WasmAllocator.attachSync(shared.memory as WebAssembly.Memory)).toThrow(
    "corrupted: heap of version 3: a heap with lanes, SharedWasmAllocator opens it",
  );
  const single = WasmAllocator.createSync({ memory: memoryOf(2, 16, true) });
  expect(() => SharedWasmAllocator.attachSync(single.memory as WebAssembly.Memory)).toThrow(
    "corrupted: heap of version 2: a heap without lanes, WasmAllocator opens it",
  );
});

test("a double free that is found late is told by the call that finds it", () => {
  const told: number[] = [];
  const onLateDoubleFree = (count: number) => told.push(count);
  const heap = SharedWasmAllocator.createSync({ capacity: 1 << 20, lanes: 2, onLateDoubleFree });
  freeTwice(heap, SharedWasmAllocator.attachSync(heap.memory));
  expect([told, heap.lateDoubleFrees]).toEqual([[], 0]);
  heap.allocate(16_384); // of a class that has no slab yet, so that its lane looks what others have freed
  expect([told, heap.lateDoubleFrees]).toEqual([[1], 1]);
  heap.allocate(16_384);
  heap.verify();
  expect(told).toEqual([1]);
});

describe("a callback that throws when it is told of that", () => {
  const twice = new Error("twice");
  const heapOf = () => {
    const onLateDoubleFree = () => {
      throw twice;
    };
    const heap = SharedWasmAllocator.createSync({ capacity: 1 << 20, lanes: 2, onLateDoubleFree });
    const block = heap.allocate(100);
    freeTwice(heap, SharedWasmAllocator.attachSync(heap.memory));
    return { heap, block };
  };

  test.each<[string, (heap: SharedWasmAllocator) => unknown]>([
    ["allocate", (heap) => heap.allocate(16_384)],
    ["allocate, aligned", (heap) => heap.allocate(16_000, 1024)],
    ["allocateMany", (heap) => heap.allocateMany(16_384, new Int32Array(9))],
    ["park", (heap) => heap.park()],
  ])("%s: no block is lost", (_, call) => {
    const { heap } = heapOf();
    const { blocks, live } = heap.stats();
    expect(() => call(heap)).toThrow(twice);
    expect(heap.stats()).toMatchObject({ blocks, live });
    heap.verify();
    call(heap);
  });

  test("reallocate: the next one says what it found, and moves nothing", () => {
    const { heap, block } = heapOf();
    const moved = heap.reallocate(block, 16_000);
    expect(heap.lateDoubleFrees).toBe(1);
    expect(() => heap.reallocate(moved, 100)).toThrow(twice);
    expect(heap.sizeOf(moved)).toBe(16_384);
    heap.free(heap.reallocate(moved, 100));
    heap.verify();
  });
});

test("a thread that was reclaimed though it lives is told, and changes nothing", () => {
  const heap = SharedWasmAllocator.createSync({ capacity: 1 << 20, lanes: 2 });
  loseLane(heap, SharedWasmAllocator.attachSync(heap.memory));
});

const PROXIES: Record<string, <T extends object>(heap: T) => T> = {
  "a proxy": (heap) => new Proxy(heap, {}),
  "Vue's": (heap) => reactive(heap) as typeof heap,
  "a proxy that refuses to be written": (heap) => new Proxy(heap, { set: () => false }),
};

test.each(Object.entries(PROXIES))("behind %s, a lane is what it is without", (_, behind) => {
  const options = { capacity: PAGE, maxCapacity: 4 << 20, lanes: 4 };
  const direct: Engines = {
    make: () => SharedWasmAllocator.createSync(options),
    attach: (first, ticket) => SharedWasmAllocator.attachSync(first.memory as WebAssembly.Memory, { ticket }),
  };
  const { make, attach } = direct;
  const proxied: Engines = { make: () => behind(make()), attach: (...which) => behind(attach(...which)) };
  const [here, there] = [new Lanes(proxied, 1), new Lanes(direct, 1)];
  for (let turn = 0; turn < 4; turn++) {
    expect(here.run(500)).toEqual(there.run(500));
    expect(here.bytes.equals(there.bytes)).toBe(true);
  }
  here.finish();
  here.first.verify();
  expect(here.first.stats().blocks).toBe(0);
});

describe.each([
  ["of one size", { capacity: 1 << 20, lanes: 5 }],
  ["with one lane", { capacity: 1 << 20, lanes: 1 }],
  ["that grows", { capacity: PAGE, maxCapacity: 4 << 20, lanes: 5 }],
  ["whose control block is larger than it begins", { capacity: PAGE, maxCapacity: 64 << 20, lanes: 8 }],
])("a heap %s", (_, options) => {
  const typescript: Engines = {
    make: () => new SharedSlabAllocator(options),
    attach: (first, ticket) => SharedSlabAllocator.attach(first.memory.buffer, { ticket }),
  };
  const memory = (heap: SharedSlabAllocator) => heap.memory as WebAssembly.Memory;
  const wasm: Engines = {
    make: () => SharedWasmAllocator.createSync(options),
    attach: (first, ticket) => SharedWasmAllocator.attachSync(memory(first), { ticket }),
  };
  /** Every other lane is the other engine's. */
  const mixed: Engines = {
    make: wasm.make,
    attach: (first, ticket) =>
      ticket % 2 === 0 ? SharedSlabAllocator.attach(memory(first), { ticket }) : wasm.attach(first, ticket),
  };
  const seeds = Array.from({ length: times(3, 10) }, (_, i) => i + 1);

  describe.each([
    ["WebAssembly", wasm],
    ["WebAssembly and TypeScript, a lane each in turns", mixed],
  ])("operated by %s", (_, engines) => {
    test.each(seeds)("has the bytes that TypeScript alone makes, whichever lane is called (seed %i)", (seed) => {
      const [here, there] = [new Lanes(engines, seed), new Lanes(typescript, seed)];
      for (let turn = 0; turn < 6; turn++) {
        expect(here.run(500)).toEqual(there.run(500));
        expect(here.first.stats()).toEqual(there.first.stats());
        const { bytes } = there;
        expect(here.bytes.subarray(0, bytes.length).equals(bytes)).toBe(true);
        here.first.verify();
        // Of both: it is a call of its lane.
        for (const { heaps } of [here, there]) for (const heap of heaps) heap.verifyLane();
      }
      here.finish();
      there.finish();
      expect(here.first.words).toEqual(there.first.words);
      expect(here.first.stats().blocks).toBe(0);
      here.first.reset();
      there.first.reset();
      expect(here.first.words).toEqual(there.first.words);
      here.first.verify();
    });
  });
});
