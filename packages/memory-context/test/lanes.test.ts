/** Contexts over the lanes of one heap: here all in one thread, in threads.test.ts a worker each. */
import { conformance } from "@ariax/conformance";
import { isAvailable, NativeSharedAllocator } from "@ariax/native";
import { SharedSlabAllocator } from "@ariax/slab";
import { SharedWasmAllocator } from "@ariax/wasm";
import { reactive } from "@vue/reactivity";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { times, withoutLeaks } from "../../../scripts/lib/long.ts";
import { MemoryContext } from "../src/index.ts";
import { caught, child, fillBlock, fillUp, isFilled, random, throws, verifyAll } from "./helpers.ts";
import { run } from "./model.ts";
import { steps } from "./model-tree.ts";

/** A heap's lanes, and in each a few blocks, so that their territories lie in between each other. */
function lanesOf(count: number, capacity: number): SharedSlabAllocator[] {
  const first = new SharedSlabAllocator({ capacity, lanes: count });
  const lanes = [first, ...Array.from({ length: count - 1 }, () => attach(first))];
  for (const size of [20, 3000, 40_000]) for (const lane of lanes) lane.allocate(size);
  return lanes;
}

function attach(heap: SharedSlabAllocator): SharedSlabAllocator {
  return SharedSlabAllocator.attach(heap.memory.buffer, { ticket: heap.ticket() });
}

describe("a root over a lane", () => {
  conformance({
    test: withoutLeaks(test),
    runs: times(10, 40),
    create: (capacity) => {
      const [, lane] = lanesOf(3, capacity + (1 << 20));
      return new MemoryContext(lane, { name: "all", quota: capacity, reserve: capacity });
    },
  });
});

/** A lane of the same kind of heap, in a WebAssembly memory, operated by the engine there. */
function wasmLane(capacity: number): SharedWasmAllocator {
  const first = SharedWasmAllocator.createSync({ capacity, lanes: 3 });
  const lanes = [first, SharedSlabAllocator.attach(first.memory), SharedWasmAllocator.attachSync(first.memory)];
  for (const size of [20, 3000, 40_000]) for (const lane of lanes) lane.allocate(size);
  return lanes[2] as SharedWasmAllocator;
}

describe("a tree of contexts does as maps and sums do", () => {
  const overLanes = (lane: (capacity: number) => ReturnType<typeof wasmLane> | SharedSlabAllocator) =>
    fc.assert(
      fc.property(steps, (all) => run(all, MemoryContext, lane(5 << 20))),
      { seed: 2, numRuns: times(20, 60) },
    );
  test("over a lane", () => overLanes((capacity) => lanesOf(3, capacity)[2]));
  test("over a lane of the engine in WebAssembly", () => overLanes(wasmLane));
});

test.skipIf(!isAvailable())("contexts over lanes of mapped memory, which the engine in C operates", () => {
  using heap = new NativeSharedAllocator({ capacity: 16 << 20, lanes: 2 });
  const other = SharedSlabAllocator.attach(heap.region!.buffer, { ticket: heap.ticket() });
  const contexts = [heap, other].map((lane, i) => new MemoryContext(lane, { name: `${i}`, quota: 1 << 20 }));
  for (const context of contexts) {
    child(context, "inner", 200_000).allocate(100_000);
    fillUp(context, 1000);
    verifyAll(context);
  }
  const { reserved } = contexts[0].usage();
  const { live } = heap.stats();
  contexts[0].dispose();
  expect(heap.stats().live).toBe(live - reserved);
  expect(heap.reclaim(other.holder, { keep: () => false })).toMatchObject({ lanes: 1, blocks: 0 });
  expect(heap.stats().live).toBe(0);
  heap.verify();
});

describe("contexts over lanes of one heap", () => {
  const quota = 200_000;
  const make = (capacity = 8 << 20) => {
    const lanes = lanesOf(4, capacity);
    return { lanes, contexts: lanes.map((lane, i) => new MemoryContext(lane, { name: `worker ${i}`, quota })) };
  };

  test("have each its quota, whatever the others take", () => {
    const { lanes, contexts } = make();
    for (const context of contexts) {
      const blocks = fillUp(context, 1000);
      expect(blocks).toHaveLength(Math.floor(quota / 1024));
      throws(
        () => context.allocate(1000),
        "QuotaExceededError",
        `quota exceeded: 1024 bytes on top of 199680 exceed the 200000 of "${context.name}"`,
      );
    }
    // So has one that is made when they are full, and the heap itself goes on.
    const late = new MemoryContext(lanes[3], { name: "late", quota });
    expect(fillUp(late, 64)).toHaveLength(quota / 64);
    for (const lane of lanes) lane.free(lane.allocate(100_000));
    verifyAll(...contexts, late);
    lanes[0].verify();
  });

  test("refuse each other's blocks, by every verb, as the heap does", () => {
    const { lanes, contexts } = make();
    const blocks = contexts.map((context, i) => [8, 100, 5000, 20_000].map((size) => filled(context, size, i + 1)));
    for (const [i, context] of contexts.entries()) {
      const own = blocks[i][0];
      for (const p of blocks[(i + 1) % 4]) {
        const uses: [code: string, use: () => unknown][] = [
          ["ERR_INVALID_FREE", () => context.free(p)],
          ["ERR_INVALID_FREE", () => context.freeMany(Int32Array.of(own, p))],
          ["ERR_INVALID_BLOCK", () => context.sizeOf(p)],
          ["ERR_INVALID_BLOCK", () => context.resize(p, 8)],
          ["ERR_INVALID_BLOCK", () => context.reallocate(p, 8)],
          ["ERR_INVALID_BLOCK", () => context.view(p, Uint8Array)],
          ["ERR_INVALID_BLOCK", () => context.load("u8", p, 0)],
          ["ERR_INVALID_BLOCK", () => context.store("u8", p, 0, 1)],
          ["ERR_INVALID_BLOCK", () => context.copy(p, 0, own, 0, 8)],
          ["ERR_INVALID_BLOCK", () => context.copy(own, 0, p, 0, 8)],
          ["ERR_INVALID_BLOCK", () => context.fill(p, 1)],
          ["ERR_INVALID_BLOCK", () => context.ref(p)],
          ["ERR_INVALID_BLOCK", () => context.transfer(p, contexts[0])],
          ["ERR_FOREIGN_BLOCK", () => context.check(contexts[(i + 1) % 4].ref(p))],
          ...lanes.map((lane): [string, () => unknown] => ["ERR_INVALID_FREE", () => lane.free(p)]),
        ];
        for (const [code, use] of uses) expect([String(use), caught(use)?.code]).toEqual([String(use), code]);
      }
    }
    for (const [i, context] of contexts.entries())
      for (const p of blocks[i]) expect(isFilled(context, p, i + 1)).toBe(true);
    verifyAll(...contexts);
    lanes[0].verify();
  });

  test("are moved between, lent, saved and put back as any", () => {
    const { lanes, contexts } = make();
    const [a, b] = contexts;
    const p = filled(a, 1000, 7);
    const q = a.transfer(p, b);
    expect(isFilled(b, q, 7)).toBe(true);
    const before = b.snapshot();
    b.free(q);
    fillUp(b, 5000);
    b.restore(before);
    expect(isFilled(b, q, 7)).toBe(true);
    expect(caught(() => a.restore(before))?.message).toMatch(
      /^invalid snapshot: it is of "worker 1" at .* this is "worker 0"/,
    );
    // The other thread needs no lane of the heap for it.
    const there = MemoryContext.adopt(b.lend());
    fillBlock(there, q, 8);
    const r = filled(there, 50_000, 9);
    there.dispose();
    b.reclaim();
    expect([isFilled(b, q, 8), isFilled(b, r, 9), b.used]).toEqual([true, true, b.sizeOf(q) + b.sizeOf(r)]);
    verifyAll(...contexts);
    lanes[0].verify();
  });

  test("give all back when they end, also where their lane rests, or is another thread's by now", () => {
    const { lanes, contexts } = make();
    const [first, second, third, fourth] = lanes;
    let { live } = first.stats();
    const end = (i: number) => {
      const context = contexts[i];
      live -= context.usage().reserved;
      child(context, "inner", 50_000).allocate(20_000);
      fillUp(context, 100);
      context.verify();
      context.dispose();
      first.verify();
      expect(first.stats().live).toBe(live);
    };
    end(1);
    // What a context does by itself needs no lane; its end takes the lane up again.
    third.park();
    end(2);
    // All four are held: a fifth thread goes on with the one that rests; and that one's thread with one that was closed.
    fourth.park();
    const fifth = attach(first);
    second.close();
    end(3);
    fifth.close();
    end(0);
  });

  test("end before the thread closes the heap: then nobody is left to give the bytes back", () => {
    const { lanes, contexts } = make();
    const live = lanes[0].stats().live;
    lanes[1].close();
    throws(
      () => contexts[1].dispose(),
      "ClosedError",
      "closed: this thread has closed the heap; attach again with a new ticket",
    );
    expect(contexts[1].disposed).toBe(true);
    expect(lanes[0].stats().live).toBe(live);
  });
});

describe("a context of a thread that was killed", () => {
  /** A heap, of whose lanes the second is given up without a word; what its thread had, and what it has handed over. */
  function killed(options = {}) {
    const [first, dead, other] = lanesOf(3, 8 << 20);
    const context = new MemoryContext(dead, { name: "doomed", quota: 1 << 20, ...options });
    child(context, "inner", 100_000).allocate(50_000);
    for (let i = 0; i < 500; i++) filled(context, 1 + 7 * i, 0x5a);
    const handed = [30, 800, 70_000].map((size) => dead.allocate(size));
    return { first, other, handed, ticket: dead.holder, bytes: context.usage().reserved };
  }

  test("is one live block of its lanes, and so freed where `keep` does not know it", () => {
    const { first, other, handed, ticket, bytes } = killed();
    const before = first.stats();
    const asked = new Map<number, number>();
    const lost = first.reclaim(ticket, {
      keep(offset, size) {
        asked.set(offset, size);
        return handed.includes(offset);
      },
    });
    expect(lost).toMatchObject({ lanes: 1, blocks: 3, inFlight: 0 });
    // The three blocks of lanesOf, the run, and what was handed over.
    expect(asked.size).toBe(3 + 1 + 3);
    expect([...asked.values()].filter((size) => size === bytes)).toHaveLength(1);
    const kept = handed.reduce((sum, p) => sum + first.sizeOf(p), 0);
    const gone = [...asked.values()].reduce((sum, size) => sum + size, 0) - kept;
    expect(first.stats().live).toBe(before.live - gone);
    // All of it is there for a context of another thread.
    const next = new MemoryContext(other, { name: "next", quota: 5 << 20 });
    fillUp(next, 1000);
    for (const p of handed) other.free(p);
    verifyAll(next);
    first.verify();
  });

  test("stays, where nobody says that it may go", () => {
    const { first, ticket } = killed();
    const { live } = first.stats();
    expect(first.reclaim(ticket).blocks).toBe(7);
    expect(first.stats().live).toBe(live);
    expect(first.reclaim(ticket)).toEqual({ lanes: 0, pages: 0, blocks: 0, inFlight: 0 });
    first.verify();
  });

  test("that zeroes is wiped by who reclaims it, before it is anybody's", () => {
    const { first, ticket, bytes } = killed({ zero: true });
    const { buffer } = first.memory;
    let at = 0;
    first.reclaim(ticket, {
      keep(offset, size) {
        if (size === bytes) at = offset;
        new Uint8Array(buffer, offset, size).fill(0);
        return false;
      },
    });
    expect(at).toBeGreaterThan(0);
    expect(new Uint8Array(buffer, at, bytes).every((byte) => byte === 0)).toBe(true);
    first.verify();
  });

  test("that was lent to it is its lender's still: taken back where it is whole, else disposed of", () => {
    const [first, dead] = lanesOf(2, 8 << 20);
    for (const isWhole of [true, false]) {
      const { live } = first.stats();
      const context = new MemoryContext(first, { name: "lent", quota: 1 << 20 });
      const loan = context.lend();
      fillUp(MemoryContext.adopt(loan), 300);
      first.reclaim(dead.holder, { keep: () => false });
      // A call that was not done.
      if (!isWhole) new Int32Array(loan.buffer, loan.byteOffset)[17] ^= 1;
      expect(caught(() => context.reclaim())?.code).toBe(isWhole ? undefined : "ERR_CORRUPTED");
      context.dispose();
      first.verify();
      expect(first.stats().live).toBeLessThanOrEqual(live);
    }
  });
});

describe("a heap with lanes that grows", () => {
  test.each([
    ["a growable buffer", undefined],
    ["a shared WebAssembly memory", new WebAssembly.Memory({ initial: 16, maximum: 1024, shared: true })],
  ])("%s: contexts go on, whichever lane made it longer", (_, memory) => {
    const where =
      memory === undefined ? { capacity: 1 << 20, maxCapacity: 64 << 20 } : { memory, byteLength: 64 << 20 };
    const first = new SharedSlabAllocator({ ...where, lanes: 3 });
    const rest = [1, 2].map(() =>
      SharedSlabAllocator.attach(memory ?? first.memory.buffer, { ticket: first.ticket() }),
    );
    const lanes = [first, ...rest];
    const contexts = lanes.map((lane, i) => new MemoryContext(lane, { name: `${i}`, quota: 1 << 20 }));
    const next = random(5);
    const held = contexts.flatMap((context, i) =>
      [100, 5000, 50_000].map((size) => [context, filled(context, size, i + 1), i + 1] as const),
    );
    const lengths = new Set<number>();
    for (let turn = 0; turn < 30; turn++) {
      lanes[turn % 3].allocate(1 << 20);
      lengths.add(first.memory.buffer.byteLength);
      for (const context of contexts) context.free(context.allocate(1 + next(30_000)));
      for (const [context, p, byte] of held) expect(isFilled(context, p, byte)).toBe(true);
    }
    expect(lengths.size).toBeGreaterThan(2);
    verifyAll(...contexts);
    for (const context of contexts) context.dispose();
    first.verify();
  });
});

test("through a proxy of the heap, and of the context, all is the same", () => {
  const seen = [(one: SharedSlabAllocator) => one, reactive, (one: SharedSlabAllocator) => new Proxy(one, {})].map(
    (wrap) => {
      const [first, lane] = lanesOf(2, 4 << 20);
      const context = new MemoryContext(wrap(lane) as SharedSlabAllocator, { name: "a", quota: 300_000 });
      const inner = child(context, "inner", 100_000);
      const blocks = [context, inner].flatMap((one) => fillUp(one, 3000));
      const { live } = first.stats();
      context.dispose();
      first.verify();
      return [blocks, live, first.stats()];
    },
  );
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[2]).toEqual(seen[0]);
});

/** A block that has a byte of its own everywhere. */
function filled(context: MemoryContext, size: number, byte: number): number {
  const p = context.allocate(size);
  fillBlock(context, p, byte);
  return p;
}
