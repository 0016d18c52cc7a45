/** A call through a proxy does what the call on the heap does, or changes nothing. */
import { reactive, readonly } from "@vue/reactivity";
import { describe, expect, test } from "vitest";
import { type Handle, type Move, RangeHeap } from "../src/index.ts";
import { Walk } from "./walk.ts";

const WRAPS: Record<string, (heap: RangeHeap) => RangeHeap> = {
  "a Proxy": (heap) => new Proxy(heap, {}),
  "Vue's reactive": (heap) => reactive(heap) as unknown as RangeHeap,
  "Vue's readonly": (heap) => readonly(heap as object) as never,
  "a proxy of what is frozen": (heap) => new Proxy(Object.freeze(heap) as RangeHeap, {}),
};

const make = (handles: "offset" | "table") =>
  new RangeHeap({ bytes: 256 * 300, granule: 256, handles, maxBytes: 256 * 400 });

describe.each(Object.entries(WRAPS))("through %s", (_, wrap) => {
  test.each(["offset", "table"] as const)("all calls, as the reference has them; handles: %s", (handles) => {
    // Rows become more than there are at first, and the buffer is another one then.
    const heap = make(handles);
    const { buffer } = heap;
    const walk = new Walk(wrap(heap), 7, { table: handles === "table", most: 400, longest: 4 });
    walk.fill(70);
    for (let i = 0; i < 250; i++) walk.step();
    heap.verify();
    expect(heap.buffer).not.toBe(buffer);
    expect(heap.stats()).toEqual(walk.heap.stats());
  });

  test("every byte as its twin", () => {
    const [heap, twin] = [make("table"), make("table")];
    const [one, other] = [
      new Walk(wrap(heap), 3, { table: true, most: 400 }),
      new Walk(twin, 3, { table: true, most: 400 }),
    ];
    for (let i = 0; i < 150; i++) {
      one.step();
      other.step();
      expect(Buffer.compare(Buffer.from(heap.buffer), Buffer.from(twin.buffer))).toBe(0);
    }
  });
});

/** Each public member. */
const CALLS: Record<string, (heap: RangeHeap, h: Handle, move: Move) => unknown> = {
  granule: (heap) => heap.granule,
  capacity: (heap) => heap.capacity,
  buffer: (heap) => heap.buffer,
  byteOffset: (heap) => heap.byteOffset,
  allocate: (heap) => heap.allocate(700, 1024),
  tryAllocate: (heap) => heap.tryAllocate(1),
  free: (heap, h) => heap.free(h),
  offsetOf: (heap, h) => heap.offsetOf(h),
  sizeOf: (heap, h) => heap.sizeOf(h),
  isLive: (heap, h) => heap.isLive(h),
  tryResize: (heap, h) => heap.tryResize(h, 1),
  defer: (heap, h) => heap.defer(h, 9),
  reach: (heap) => heap.reach(5),
  reached: (heap) => heap.reached,
  moves: (heap) => heap.moves(),
  commit: (heap, _, move) => heap.commit(move, 9),
  drop: (heap, _, move) => heap.drop(move),
  grow: (heap) => heap.grow(256 * 350),
  reset: (heap) => heap.reset(),
  stats: (heap) => heap.stats(),
  verify: (heap) => heap.verify(),
};

test("every public member is called", () => {
  const own = Reflect.ownKeys(make("offset")).concat(Reflect.ownKeys(RangeHeap.prototype)).map(String);
  const inner = ["constructor", "place", "more", "words", "refuse"];
  expect(own.filter((name) => !(name in CALLS) && !inner.includes(name))).toEqual([]);
});

test("a proxy that throws changes nothing", () => {
  for (const name of Object.keys(CALLS)) {
    for (let reads = 0, done = false; !done; reads++) {
      const heap = make("offset");
      // All rows that there are for now are taken.
      const live = Array.from({ length: 63 }, () => heap.allocate(512));
      heap.free(live[1]);
      heap.defer(live[3], 4);
      const [move] = heap.moves(512);
      const before = Buffer.from(heap.buffer.slice());
      let left = reads;
      const proxy = new Proxy(heap, {
        get(target, key, receiver) {
          if (left-- === 0) throw new Error("not now");
          return Reflect.get(target, key, receiver);
        },
      });
      try {
        CALLS[name](proxy, live[20], move!);
        done = true;
      } catch (error) {
        expect((error as Error).message, name).toBe("not now");
        expect(Buffer.compare(Buffer.from(heap.buffer), before), `${name}: ${reads} reads, then a throw`).toBe(0);
      }
      if (done) expect(reads, name).toBeGreaterThan(0); // it did throw before
      heap.verify();
    }
  }
});

test("a move may be a proxy, frozen, without a prototype", () => {
  const wraps: ((move: Move) => Move)[] = [
    reactive,
    (move) => new Proxy(move, {}),
    Object.freeze,
    (move) => Object.assign(Object.create(null), move),
  ];
  for (const wrap of wraps as ((move: Move) => Move)[]) {
    const heap = make("table");
    const [a, b] = [heap.allocate(1), heap.allocate(1)];
    heap.free(a);
    const [move] = heap.moves(undefined, 2 ** 20);
    expect(heap.commit(wrap(move))).toBe(b);
    expect(heap.offsetOf(b)).toBe(0);
  }
});

test("options may be a proxy, frozen, without a prototype", () => {
  const plain = { bytes: 4096, granule: 16 };
  for (const options of [
    reactive(plain),
    new Proxy(plain, {}),
    Object.freeze({ ...plain }),
    Object.assign(Object.create(null), plain),
  ]) {
    expect(new RangeHeap(options).allocate(4096)).toBe(1);
  }
});
