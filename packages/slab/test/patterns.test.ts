/** A heap against a plain map of its live blocks, verified after each call: what programs do, one pattern after the other. */
import { describe, expect, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";
import { type Random, random } from "./heaps.ts";

/** The live blocks, in no order, and the bytes that belong to one. */
class Model {
  readonly heap: SlabAllocator;
  readonly live: number[] = [];
  readonly owned: Uint8Array;
  calls = 0;

  constructor(heap: SlabAllocator) {
    this.heap = heap;
    this.owned = new Uint8Array(heap.capacity >>> 3);
  }

  private marks(p: number): Uint8Array {
    return this.owned.subarray(p >>> 3, (p + this.heap.sizeOf(p)) >>> 3);
  }

  made(p: number, size: number): void {
    if (this.heap.sizeOf(p) < size) expect.fail(`${size} bytes at ${p} are ${this.heap.sizeOf(p)}`);
    if (this.marks(p).includes(1)) expect.fail(`the block at ${p} lies over another`);
    this.marks(p).fill(1);
    this.live.push(p);
  }

  allocate(size: number): boolean {
    const p = this.heap.tryAllocate(size);
    if (p !== 0) this.made(p, size);
    this.check();
    return p !== 0;
  }

  free(at: number): void {
    const p = this.forget(at);
    this.heap.free(p);
    this.check();
  }

  /** The block leaves the model. */
  forget(at: number): number {
    const p = this.live[at];
    this.marks(p).fill(0);
    this.live[at] = this.live[this.live.length - 1];
    this.live.pop();
    return p;
  }

  check(): void {
    this.calls++;
    this.heap.verify();
    if (this.calls % 16 !== 0) return;
    expect(this.heap.stats().blocks).toBe(this.live.length);
  }
}

const PATTERNS: Record<string, (model: Model, next: Random, size: () => number) => void> = {
  "steady: blocks are replaced one by one": (model, next, size) => {
    for (let i = 0; i < 120 && model.live.length > 0; i++) {
      model.free(next(model.live.length));
      model.allocate(size());
    }
  },
  "bursts: some are freed, and as many made": (model, next, size) => {
    for (let i = 0; i < 8; i++) {
      const some = next(Math.min(30, model.live.length));
      for (let k = 0; k < some; k++) model.free(next(model.live.length));
      for (let k = 0; k < some; k++) model.allocate(size());
    }
  },
  "the newest is freed first": (model, next, size) => {
    for (let i = 0; i < 60; i++) model.allocate(size());
    for (let i = next(60); i > 0 && model.live.length > 0; i--) model.free(model.live.length - 1);
  },
  "the oldest is freed first": (model, _, size) => {
    for (let i = 0; i < 60; i++) model.allocate(size());
    for (let i = 0; i < 60 && model.live.length > 0; i++) model.free(0);
  },
  "all of a class at once": (model, next) => {
    const size = 16 + 8 * next(500);
    const out = new Int32Array(1 + next(100));
    const count = model.heap.allocateMany(size, out);
    for (let k = 0; k < count; k++) model.made(out[k] >>> 0, size);
    model.check();
    const some = Math.min(model.live.length, next(100));
    model.heap.freeMany(Int32Array.from({ length: some }, () => model.forget(next(model.live.length))));
    model.check();
  },
  "until it is full": (model, _, size) => {
    for (let i = 0; i < 200 && model.allocate(3 * size()); i++);
  },
  "until it is empty": (model, next) => {
    if (next(4) === 0) while (model.live.length > 0) model.free(next(model.live.length));
  },
};

describe.each([1 << 16, 1 << 18, 1 << 20])("in a heap of %i bytes", (capacity) => {
  test.each([1, 2, 3, 4])("no two blocks overlap, and every invariant holds (seed %i)", (seed) => {
    const next = random(seed);
    const model = new Model(new SlabAllocator({ capacity }));
    const sizes = Array.from({ length: 1 + next(6) }, () => next(next(4) === 0 ? 20_000 : 400));
    const all = Object.values(PATTERNS);
    for (let i = 0; i < 40 && model.live.length < 60; i++) model.allocate(sizes[next(sizes.length)]);
    for (let round = 0; round < 21; round++) {
      const pattern = round < all.length ? all[round] : all[next(all.length)];
      pattern(model, next, () => sizes[next(sizes.length)]);
    }
    expect(model.calls).toBeGreaterThan(200);
    while (model.live.length > 0) model.free(model.live.length - 1);
    expect(model.owned.includes(1)).toBe(false);
    const { committed, overhead } = model.heap.stats();
    model.heap.allocate(committed - overhead);
    model.heap.verify();
  });
});
