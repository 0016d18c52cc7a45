/** Contexts over every kind of region; where the memory grows, or becomes another buffer, they go on. */
import { Arena } from "@ariax/arena";
import { isAvailable, NativeAllocator, Region, whyUnavailable } from "@ariax/native";
import { SlabAllocator } from "@ariax/slab";
import { WasmAllocator } from "@ariax/wasm";
import { describe, expect, test } from "vitest";
import { MemoryContext } from "../src/index.ts";
import { caught, child, fillBlock, fillUp, isFilled, random, root, throws, verifyAll } from "./helpers.ts";

/** Blocks in every context of a tree, each with a byte of its own. */
function furnish(contexts: readonly MemoryContext[]): (readonly [MemoryContext, number, number])[] {
  return contexts.flatMap((context, i) =>
    [16, 100, 5000, 20_000].map((size, j) => {
      const p = context.allocate(size);
      fillBlock(context, p, 16 * i + j + 1);
      return [context, p, 16 * i + j + 1] as const;
    }),
  );
}

function hold(blocks: readonly (readonly [MemoryContext, number, number])[]): boolean {
  return blocks.every(([context, p, byte]) => isFilled(context, p, byte) && context.load("u8", p, 0) === byte);
}

describe("a region that grows", () => {
  const kinds = {
    "a resizable buffer": () => ({ region: new SlabAllocator({ capacity: 1 << 20, maxCapacity: 32 << 20 }) }),
    "a growable shared buffer": () => ({
      region: new SlabAllocator({ capacity: 1 << 20, maxCapacity: 32 << 20, shared: true }),
    }),
    "a WebAssembly memory, whose buffer is another one each time": () => {
      const region = WasmAllocator.createSync({ capacity: 1 << 20, maxCapacity: 32 << 20 });
      return { region, wasm: region.memory };
    },
    "a shared WebAssembly memory": () => {
      const region = WasmAllocator.createSync({ capacity: 1 << 20, maxCapacity: 32 << 20, shared: true });
      return { region, wasm: region.memory };
    },
    "a WebAssembly memory under the TypeScript engine": () => {
      const memory = new WebAssembly.Memory({ initial: 16, maximum: 512 });
      return { region: new SlabAllocator({ memory, byteLength: 32 << 20 }), wasm: memory };
    },
  } satisfies Record<string, () => { region: SlabAllocator | WasmAllocator; wasm?: { grow(pages: number): number } }>;
  for (const [kind, make] of Object.entries(kinds)) {
    test(`${kind}: contexts go on, with all their verbs`, () => {
      const { region, wasm }: { region: SlabAllocator | WasmAllocator; wasm?: { grow(pages: number): number } } =
        make();
      const top = new MemoryContext(region, { name: "top", quota: 1 << 19, reserve: 1 << 20 });
      const a = child(top, "a", 1 << 18);
      const inner = child(a, "inner", 1 << 17);
      const contexts = [top, a, inner];
      let blocks = furnish(contexts);
      const sizes = new Set<number>();
      // As another program that has the memory does; or, a few times, by what the region is asked for.
      const grow = () => {
        if (wasm === undefined) region.tryAllocate(1 << 20);
        else wasm.grow(1);
        sizes.add(region.memory.buffer.byteLength);
      };
      grow();
      // The first call after growth, whatever it is, finds the memory.
      const first: ((context: MemoryContext, p: number) => unknown)[] = [
        (context) => context.free(context.allocate(40)),
        (context, p) => context.free(p),
        (context, p) => context.freeMany(Int32Array.of(p)),
        (context) => context.allocateMany(8, new Int32Array(3)),
        (context, p) => context.load("f64", p, 0),
        (context, p) => context.store("f64", p, 8, 1),
        (context, p) => context.fill(p, 3),
        (context, p) => context.copy(p, 0, p, 8, 8),
        (context, p) => context.view(p, Uint8Array).fill(5),
        (context, p) => context.reallocate(p, 30_000),
        (context, p) => context.resize(p, 30_000),
        (context, p) => context.transfer(p, context === top ? a : top),
        (context, p) => context.check(context.ref(p)),
        (context) => context.stats(),
        (context) => context.usage(),
        (context) => context.reset(),
        (context, p) => caught(() => context.free(p + 8)),
        (context) => context.allocate(20_000),
        (context) => context.free(context.allocate(16_000)),
      ];
      for (const act of first) {
        for (const context of contexts) {
          const p = blocks.find(([of]) => of === context)![1];
          grow();
          act(context, p);
          for (const one of contexts) one.verify();
          for (const one of contexts) one.reset();
          blocks = furnish(contexts);
          expect(hold(blocks)).toBe(true);
        }
      }
      expect(sizes.size).toBeGreaterThan(wasm === undefined ? 3 : 50);
      const snapshot = inner.snapshot();
      grow();
      inner.restore(snapshot);
      expect(hold(blocks)).toBe(true);
      // A context made after growth, and the end of all.
      child(top, "late", 1 << 14, { zero: true }).allocate(1000);
      verifyAll(top);
      const before = region.stats().blocks;
      top.dispose();
      expect(region.stats().blocks).toBe(before - 1);
      region.verify();
    });
  }

  test("is grown for a context", () => {
    const region = new SlabAllocator({ capacity: 1 << 16, maxCapacity: 4 << 20 });
    const context = new MemoryContext(region, { name: "a", quota: 1 << 20 });
    expect(region.memory.buffer.byteLength).toBeGreaterThan(1 << 20);
    expect(fillUp(context, 1000)).toHaveLength(1024);
    context.verify();
  });

  test("as memory of a child's own, too", () => {
    const memory = new WebAssembly.Memory({ initial: 40, maximum: 100 });
    const top = root();
    const a = child(top, "a", 1 << 18, { memory: () => memory });
    const blocks = furnish([a]);
    for (let i = 0; i < 5; i++) {
      memory.grow(3);
      expect(hold(blocks)).toBe(true);
      a.free(a.allocate(50));
      verifyAll(top);
    }
    a.dispose();
    expect(memory.buffer.byteLength).toBe(55 * 65536);
  });
});

describe("a region", () => {
  test("may be an arena: contexts lie in it one after the other", () => {
    const arena = new Arena({ capacity: 8 << 20 });
    arena.allocate(1000);
    const contexts = ["a", "b"].map((name) => new MemoryContext(arena, { name, quota: 1 << 18 }));
    const blocks = furnish(contexts);
    expect(hold(blocks)).toBe(true);
    for (const context of contexts) context.dispose();
    arena.verify();
  });

  test("leaves room for others: slack is a quarter of what is left, at most, unless it is said", () => {
    const region = new SlabAllocator({ capacity: (4 << 20) + (1 << 17) });
    const make = (name: string, options = {}) => new MemoryContext(region, { name, quota: 1 << 20, ...options });
    const reserved = ["a", "b", "c"].map((name) => make(name).usage().reserved - (1 << 20));
    expect(reserved[0]).toBeGreaterThan(393_216);
    expect(reserved[1]).toBeGreaterThan(262_144);
    expect(reserved[2]).toBeGreaterThan(32_768);
    expect(() => make("d")).toThrow("out of memory");
    region.verify();
  });

  test("that is not empty, or has holes, gives what it has", () => {
    const region = new SlabAllocator({ capacity: 4 << 20 });
    const row = Array.from({ length: 12 }, () => region.allocate(300_000));
    for (const [i, p] of row.entries()) if (i % 2 === 0) region.free(p);
    const context = new MemoryContext(region, { name: "a", quota: 200_000 });
    expect(context.usage().reserved).toBeLessThanOrEqual(303_104);
    expect(fillUp(context, 1000)).toHaveLength(195);
    context.verify();
  });
});

describe(isAvailable() ? "mapped memory" : `mapped memory (skipped: ${whyUnavailable()?.split(";")[0]})`, () => {
  const native = test.skipIf(!isAvailable());

  native("takes RAM for what is touched, not for what is reserved", () => {
    using region = new NativeAllocator({ capacity: 1 << 30 });
    const before = region.region!.resident();
    const contexts = Array.from({ length: 8 }, (_, i) => {
      return new MemoryContext(region, { name: `${i}`, quota: 100 << 20, reserve: 110 << 20 });
    });
    const blocks = furnish(contexts);
    expect(hold(blocks)).toBe(true);
    // Control blocks, and what was written; of 880 MiB.
    expect(region.region!.resident() - before).toBeLessThan(32 << 20);
    for (const context of contexts) context.dispose();
    expect(region.stats().blocks).toBe(0);
  });

  native("operated by the engine in C, too", () => {
    using region = new NativeAllocator({ capacity: 8 << 20, engine: "c" });
    const top = new MemoryContext(region, { name: "top", quota: 1 << 20 });
    const blocks = furnish([top, child(top, "a", 1 << 18)]);
    expect(hold(blocks)).toBe(true);
    verifyAll(top);
    top.dispose();
    region.verify();
  });

  native("that is unmapped under a context: every call says so, and it can be disposed of", () => {
    const region = new NativeAllocator({ capacity: 4 << 20 });
    const context = new MemoryContext(region, { name: "a", quota: 1000, zero: true });
    const p = context.allocate(100);
    region.unmap();
    for (const call of [() => context.allocate(8), () => context.free(p), () => context.load("u8", p, 0)]) {
      throws(
        call,
        "DetachedError",
        "detached: the heap's memory is gone, its buffer was transferred or unmapped, or its WebAssembly.Memory has grown: attach to the memory, not to its buffer",
      );
    }
    context.dispose();
    expect(context.disposed).toBe(true);
  });

  native("of its own for each context: guard pages on both sides, unmapped with it", () => {
    const top = root();
    const regions: Region[] = [];
    const memory = (bytes: number) => {
      const region = Region.map({ bytes });
      regions.push(region);
      return region;
    };
    const [a, b] = ["a", "b"].map((name) => child(top, name, 100_000, { memory }));
    const blocks = furnish([a, b]);
    for (const [i, context] of [a, b].entries()) {
      const region = regions[i];
      expect(region.guard).toBe(true);
      expect(context.memory.buffer).toBe(region.buffer);
      expect(region.byteLength).toBe(context.usage().reserved);
      expect(context.view(context.allocate(8), Uint8Array).buffer).toBe(region.buffer);
    }
    expect(regions[0].buffer).not.toBe(regions[1].buffer);
    expect(hold(blocks)).toBe(true);
    verifyAll(top);
    a.dispose();
    expect(regions.map(({ mapped }) => mapped)).toEqual([false, true]);
    expect(hold(blocks.slice(4))).toBe(true);
    top.dispose();
    expect(regions.map(({ mapped }) => mapped)).toEqual([false, false]);
  });

  native("of its own, unmapped under it: every call says so, and it can be disposed of", () => {
    let region: Region | undefined;
    const top = root();
    const a = child(top, "a", 100_000, { zero: true, memory: (bytes) => (region = Region.map({ bytes })) });
    const p = a.allocate(100);
    region!.unmap();
    for (const call of [() => a.allocate(8), () => a.free(p), () => a.load("u8", p, 0), () => a.verify()]) {
      expect(caught(call)?.code).toMatch(/^ERR_(DETACHED|REGION_UNMAPPED)$/);
    }
    a.dispose();
    expect(top.used).toBe(0);
    verifyAll(top);
  });

  native("too small a region is unmapped again", () => {
    let region: Region | undefined;
    const memory = () => (region = Region.map({ bytes: 65536 }));
    expect(() => child(root(), "a", 100_000, { memory })).toThrow("invalid memory: it has 65536 bytes");
    expect(region!.mapped).toBe(false);
  });
});

test("contexts with memory of their own over 4 GiB of addresses", () => {
  const next = random(7);
  const contexts = Array.from({ length: 4 }, (_, i) => {
    return new MemoryContext(null, { name: `${i}`, quota: 0xfff00000, reserve: 0xffff0000 });
  });
  for (const context of contexts) {
    const high = context.allocate(0xe0000000);
    const p = context.allocate(1000 + next(1000));
    expect(p).toBeGreaterThan(2 ** 31);
    expect(context.used).toBe(context.sizeOf(high) + context.sizeOf(p));
    fillBlock(context, p, 7);
    expect(() => context.free(p - 2 ** 32)).toThrow("invalid free");
    context.free(high);
    context.verify();
  }
});
