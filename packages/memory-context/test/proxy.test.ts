/** Through a proxy, every call does what it does without: the same results, and the same bytes. */
import { SlabAllocator } from "@ariax/slab";
import { reactive } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { diffSnapshots, MemoryContext } from "../src/index.ts";
import { bytesOf, caught, child, throws, verifyAll } from "./helpers.ts";

type Wrap = <T extends object>(object: T) => T;
const kinds: Record<string, Wrap> = {
  "a plain proxy": (object) => new Proxy(object, {}),
  "Vue's reactive": (object) => reactive(object) as typeof object,
  "a proxy of that": (object) => new Proxy(reactive(object), {}) as typeof object,
};

/** Everything that can be done, by whatever `wrap` makes of the contexts; what came of each, and the bytes that are left. */
function story(wrap: Wrap): { log: unknown[]; bytes: Uint8Array } {
  const log: unknown[] = [];
  const note = (...results: unknown[]) => void log.push(...results);
  const made = new MemoryContext(null, {
    ...{ name: "top", quota: 1 << 18, soft: 200_000, shared: true },
    onPressure: (of, size) => note(of.name, size, of.used),
  });
  const top = wrap(made);
  const a = wrap(new MemoryContext(top, { name: "a", quota: 1 << 16, onLeave: (of) => note(`${of.name} left`) }));
  const b = wrap(
    new MemoryContext(top, { name: "b", quota: 1 << 14, memory: () => ({ buffer: made.memory.buffer.slice() }) }),
  );
  note(caught(() => new MemoryContext(top, { name: "a", quota: 8 }))?.message);
  note(
    top.path,
    a.path,
    a.parent?.path,
    a.parent?.used,
    top.parent,
    top.children.map(({ name }) => name),
  );
  note(top.child("a")?.name, top.child("c"), a.traits.name, a.capacity, top.aside);
  const many = new Int32Array(5);
  note(a.allocateMany(100, many), ...many);
  a.freeMany(many, 2);
  const p = a.allocate(40);
  note(
    p,
    a.tryAllocate(20_000),
    a.tryAllocate(1 << 17),
    a.allocate(8, 256),
    a.sizeOf(p),
    a.resize(p, 48),
    a.resize(p, 49),
  );
  const q = a.reallocate(p, 5000);
  a.fill(q, 7);
  a.store("f64", q, 8, 0.5);
  a.copy(q, 8, q, 100, 8);
  note(q, a.load("f64", q, 100), a.load("u8", q, 0), a.check(a.ref(q)) - q, [...a.view(q, Uint8Array, 9)]);
  const snapshot = a.snapshot();
  const r = a.allocate(64);
  note(snapshot.length, a.diff(snapshot), diffSnapshots(snapshot, a.snapshot()).allocated);
  a.restore(snapshot);
  for (const call of [() => a.free(r), () => a.free(q + 8), () => top.free(q), () => b.check(top.ref(many[4]))]) {
    note(caught(call)?.message);
  }
  const moved = a.transfer(q, b, 4096);
  note(moved, b.used, a.used, b.load("f64", moved, 100), a.transfer(many[4], a));
  a.quota = 50_000;
  a.soft = 40_000;
  note(a.quota, a.soft, caught(() => (a.quota = 0))?.message, top.usage(), a.usage(), a.stats(), top.stats());
  note(caught(() => top.allocate(250_000))?.message);
  const loan = a.lend();
  note({ ...loan, buffer: 0 }, a.lent, caught(() => a.used)?.message, caught(() => wrap(a).lend())?.message);
  const there = wrap(MemoryContext.adopt(wrap(loan)));
  note(there.used, there.allocate(8), there.path, there.parent);
  there.dispose();
  a.reclaim();
  note(a.used, a.disposed);
  verifyAll(top);
  const bytes = bytesOf(made);
  b.reset();
  b.dispose();
  note(b.disposed, caught(() => b.used)?.message, top.usage());
  verifyAll(top);
  a[Symbol.dispose]();
  a[Symbol.dispose]();
  note(top.usage(), caught(() => a.dispose())?.message, top.children.length);
  verifyAll(made);
  top.dispose();
  note(made.disposed);
  return { log, bytes };
}

const bare = story((object) => object);

describe.each(Object.entries(kinds))("%s", (_, wrap) => {
  test("of contexts changes nothing", () => {
    const { log, bytes } = story(wrap);
    expect(log).toEqual(bare.log);
    expect(Buffer.compare(bytes, bare.bytes)).toBe(0);
  });

  test("of an allocator has the same contexts over it", () => {
    const slab = new SlabAllocator({ capacity: 4 << 20 });
    // What is reached through the proxy is none of this package's.
    const region = {
      traits: slab.traits,
      capacity: slab.capacity,
      memory: {
        get buffer() {
          return slab.memory.buffer;
        },
      },
      ...{ allocate: slab.allocate.bind(slab), tryAllocate: slab.tryAllocate.bind(slab), free: slab.free.bind(slab) },
      ...{ stats: slab.stats.bind(slab), sizeOf: slab.sizeOf.bind(slab) },
    } as unknown as SlabAllocator;
    const first = new MemoryContext(wrap(region), { name: "a", quota: 1 << 16 });
    const taken = 'invalid name: there is a context "a" already';
    for (const same of [region, wrap(region)]) {
      throws(() => new MemoryContext(same, { name: "a", quota: 1 << 16 }), "InvalidArgumentError", taken);
    }
    const second = new MemoryContext(region, { name: "b", quota: 1 << 16 });
    const p = first.allocate(100);
    throws(() => second.free(p), "ForeignBlockError", `foreign block: offset ${p} lies in "a", not in "b"`);
    for (const context of [first, second]) context.dispose();
    expect(slab.stats().blocks).toBe(0);
    const frozen = Object.freeze(region);
    const third = new MemoryContext(frozen, { name: "a", quota: 1 << 16 });
    throws(() => new MemoryContext(frozen, { name: "a", quota: 8 }), "InvalidArgumentError", taken);
    third.dispose();
  });

  test("of a memory, or of a child's, reaches no further", () => {
    class Own {
      #buffer: ArrayBuffer;
      constructor(bytes: number) {
        this.#buffer = new ArrayBuffer(bytes);
      }
      get buffer() {
        return this.#buffer;
      }
    }
    const top = new MemoryContext(null, { name: "top", quota: 1 << 18 });
    const inner = wrap(child(top, "a", 1 << 16, { memory: (bytes) => new Own(bytes) }));
    const p = inner.allocate(100);
    inner.view(p, Uint8Array).fill(3);
    expect(inner.load("u8", p, 99)).toBe(3);
    expect(inner.memory.buffer.byteLength).toBeGreaterThan(1 << 16);
    verifyAll(top);
  });
});
