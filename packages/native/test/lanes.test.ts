/** Heaps with lanes in mapped memory, operated by C: the contract, and the same bytes as the TypeScript engine makes. */
import { EventEmitter } from "node:events";
import { conformance } from "@ariax/conformance";
import { SharedSlabAllocator, SlabAllocator } from "@ariax/slab";
import { SharedWasmAllocator } from "@ariax/wasm";
import { reactive } from "@vue/reactivity";
import { afterEach, describe, expect, test } from "vitest";
import { times, withoutLeaks } from "../../../scripts/lib/long.ts";
import { type Engines, freeTwice, Lanes, loseLane } from "../../wasm/test/lanes.ts";
import { NativeAllocator, NativeSharedAllocator, type NativeSharedOptions, Region } from "../src/index.ts";
import { MiB, PAGE, thrownBy } from "./heaps.ts";
import { describeNative } from "./native.ts";

const runs = times(20, 50);
const most = withoutLeaks(test);

const mapped: NativeSharedAllocator[] = [];
afterEach(() => {
  for (const heap of mapped.splice(0)) heap.dispose();
});
/** A copy of a heap, in memory that threads share. */
function attach(buffer: ArrayBufferLike): NativeSharedAllocator {
  const copy = new SharedArrayBuffer(buffer.byteLength);
  new Uint8Array(copy).set(new Uint8Array(buffer));
  return NativeSharedAllocator.attach(copy);
}

function made(options: NativeSharedOptions): NativeSharedAllocator {
  const heap = new NativeSharedAllocator(options);
  mapped.push(heap);
  return heap;
}

describeNative("a heap with lanes", () => {
  describe.each([1, 8])("%i of them", (lanes) => {
    conformance({ test: most, runs, attach, create: (capacity) => made({ capacity, lanes }) });
  });

  describe("in a SharedArrayBuffer", () => {
    const create = (capacity: number) => {
      const maker = new SharedSlabAllocator({ capacity, lanes: 2 });
      const heap = NativeSharedAllocator.attach(maker.memory.buffer as SharedArrayBuffer);
      maker.close();
      return heap;
    };
    conformance({ test: most, runs, attach, create });
  });

  const options = { capacity: MiB, lanes: 5 };
  const typescript: Engines = {
    make: () => new SharedSlabAllocator(options),
    attach: (first, ticket) => SharedSlabAllocator.attach(first.memory.buffer, { ticket }),
  };
  const native: Engines = {
    make: () => made(options),
    attach: (first, ticket) => NativeSharedAllocator.attach((first as NativeSharedAllocator).region!, { ticket }),
  };
  const memory = (heap: SharedSlabAllocator) => heap.memory as WebAssembly.Memory;
  /** The lanes are of three engines, in turns. */
  const three: Engines = {
    make: () => SharedWasmAllocator.createSync(options),
    attach: (first, ticket) =>
      ticket % 3 === 0
        ? SharedSlabAllocator.attach(memory(first), { ticket })
        : ticket % 3 === 1
          ? SharedWasmAllocator.attachSync(memory(first), { ticket })
          : NativeSharedAllocator.attach(memory(first), { ticket }),
  };

  describe.each([
    ["C", native],
    ["C, WebAssembly and TypeScript, a lane each in turns", three],
  ])("operated by %s", (_, engines) => {
    test.each([1, 2, 3])("has the bytes that TypeScript alone makes, whichever lane is called (seed %i)", (seed) => {
      const [here, there] = [new Lanes(engines, seed), new Lanes(typescript, seed)];
      for (let turn = 0; turn < 6; turn++) {
        expect(here.run(500)).toEqual(there.run(500));
        expect(here.first.stats()).toEqual(there.first.stats());
        expect(here.bytes.equals(there.bytes)).toBe(true);
        here.first.verify();
        // Of both: it is a call of its lane.
        for (const { heaps } of [here, there]) for (const heap of heaps) heap.verifyLane();
      }
      here.finish();
      there.finish();
      expect(here.first.stats().blocks).toBe(0);
      here.first.reset();
      there.first.reset();
      expect(here.first.words).toEqual(there.first.words);
    });
  });

  test.each<[string, <T extends object>(heap: T) => T]>([
    ["a proxy", (heap) => new Proxy(heap, {})],
    ["Vue's", (heap) => reactive(heap) as typeof heap],
    ["a proxy that refuses to be written", (heap) => new Proxy(heap, { set: () => false })],
  ])("behind %s it is what it is without", (_, behind) => {
    const proxied: Engines = {
      make: () => behind(native.make()),
      attach: (...which) => behind(native.attach(...which)),
    };
    const [here, there] = [new Lanes(proxied, 1), new Lanes(native, 1)];
    for (let turn = 0; turn < 4; turn++) {
      expect(here.run(500)).toEqual(there.run(500));
      expect(here.bytes.equals(there.bytes)).toBe(true);
    }
    const first = here.first as NativeSharedAllocator;
    expect(first.handle).toBe(first.handle);
    here.finish();
    first.verify();
    first.unmap();
    expect(() => first.unmap()).toThrow("unmapped");
  });

  test("in memory that others make longer is used up to its end", () => {
    const maker = new SharedSlabAllocator({ capacity: 16 * PAGE, maxCapacity: 4 * MiB, lanes: 2 });
    const heap = NativeSharedAllocator.attach(maker.memory.buffer as SharedArrayBuffer);
    expect(thrownBy(() => heap.allocate(MiB))).toContain("ERR_OUT_OF_MEMORY");
    const p = maker.allocate(2 * MiB);
    maker.free(p);
    maker.park();
    const q = heap.allocate(MiB);
    maker.free(q);
    heap.verify();
    expect(heap.stats().blocks).toBe(0);
  });

  test("is refused where no other thread can see it, or there is none", () => {
    const { buffer } = new SharedSlabAllocator({ buffer: new ArrayBuffer(MiB), lanes: 2 }).memory;
    expect(thrownBy(() => NativeSharedAllocator.attach(buffer as SharedArrayBuffer))).toBe(
      "InvalidArgumentError ERR_INVALID_ARGUMENT: invalid buffer: neither a region's nor shared, no other thread can see it",
    );
    using region = Region.map({ bytes: MiB });
    expect(thrownBy(() => NativeSharedAllocator.attach(region))).toBe(
      "CorruptionError ERR_CORRUPTED: corrupted: no heap: no magic number at byte 0",
    );
  });

  test("is refused where it is of the other kind, and the error says who opens it", () => {
    using region = Region.share({ bytes: MiB });
    new SlabAllocator({ buffer: region.buffer });
    expect(thrownBy(() => NativeSharedAllocator.attach(region))).toBe(
      "CorruptionError ERR_CORRUPTED: corrupted: heap of version 2: a heap without lanes, NativeAllocator opens it",
    );
    new SharedSlabAllocator({ buffer: region.buffer, lanes: 2 });
    expect(thrownBy(() => NativeAllocator.attach(region))).toBe(
      "CorruptionError ERR_CORRUPTED: corrupted: heap of version 3: a heap with lanes, NativeSharedAllocator opens it",
    );
  });

  test.each<[string, object, string]>([
    ["unknown", { capacity: MiB, engine: "c" }, 'unknown option: "engine" is not one of'],
    ["contradictory", { capacity: MiB, file: "x", name: "x" }, "invalid options: both file and name"],
    ["too many lanes", { capacity: MiB, lanes: 64 }, "invalid lanes: 64 is not a whole number from 1 to 63"],
    ["too small", { capacity: 4096 }, "invalid capacity"],
  ])("options that are %s are refused", (_, options, message) => {
    expect(thrownBy(() => new NativeSharedAllocator(options as NativeSharedOptions))).toContain(message);
  });

  test("tells of a double free that is found late", () => {
    const told: number[] = [];
    const heap = made({ capacity: MiB, onLateDoubleFree: (count) => told.push(count) });
    freeTwice(heap, NativeSharedAllocator.attach(heap.region!));
    heap.allocate(16_384); // of a class that has no slab yet, so that its lane looks what others have freed
    expect([told, heap.lateDoubleFrees]).toEqual([[1], 1]);
    heap.verify();
  });

  test("tells a thread that was reclaimed though it lives, and changes nothing", () => {
    const heap = made({ capacity: MiB });
    loseLane(heap, NativeSharedAllocator.attach(heap.region!));
  });

  test("forgets the workers it watches when it is unmapped", () => {
    const heap = new NativeSharedAllocator({ capacity: MiB });
    const worker = new EventEmitter();
    const ticket = heap.ticket();
    heap.watch(worker, ticket);
    const end = heap.watch(worker, heap.ticket());
    expect(worker.listenerCount("exit")).toBe(2);
    end();
    expect(worker.listenerCount("exit")).toBe(1);
    heap.unmap();
    expect(worker.listenerCount("exit")).toBe(0);
  });

  test("closes when it is unmapped, and then refuses", () => {
    const heap = new NativeSharedAllocator({ capacity: MiB });
    const other = NativeSharedAllocator.attach(heap.region!);
    const p = heap.allocate(100);
    heap.unmap();
    const gone = "DetachedError ERR_DETACHED: ";
    expect(thrownBy(() => other.allocate(100))).toContain(gone);
    expect(thrownBy(() => other.free(p))).toContain(gone);
    expect(thrownBy(() => other.allocateMany(8, new Int32Array(4)))).toContain(gone);
    expect(thrownBy(() => other.freeMany(Int32Array.of(p)))).toContain(gone);
    expect(thrownBy(() => other.handle)).toContain(gone);
    expect(thrownBy(() => heap.allocate(100))).toContain("ClosedError ERR_CLOSED");
    heap.dispose();
    heap.close();
  });
});

describeNative("what a newcomer leaves out", () => {
  test("is named", () => {
    using heap = new NativeSharedAllocator({ capacity: 1 << 20, lanes: 3 });
    const lost = { ticket: undefined } as unknown as { ticket: number };
    expect(() => NativeSharedAllocator.attach(heap.region!, lost)).toThrow(
      "ticket is undefined: post heap.ticket() to the thread, or leave it out",
    );
    for (const made of [NativeAllocator, NativeSharedAllocator]) {
      expect(() => new made(undefined as never)).toThrow("invalid options: capacity is needed");
    }
  });
});
