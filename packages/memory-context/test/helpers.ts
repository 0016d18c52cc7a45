import type { Allocator } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { expect } from "vitest";
import { type ContextOptions, MemoryContext } from "../src/index.ts";

/** Asserts that `call` throws an error of that class name, with that message, word for word. */
export function throws(call: () => unknown, name: string, message: string): void {
  expect(call).toThrow(expect.objectContaining({ name, message }));
}

/** What a call throws. */
export function caught(call: () => unknown): { name: string; message: string; code?: string } | undefined {
  try {
    call();
  } catch (error) {
    return error as { name: string; message: string };
  }
  return undefined;
}

/** A root with memory of its own, of one MiB unless something else is said. */
export function root(options: Partial<ContextOptions> = {}): MemoryContext {
  return new MemoryContext(null, { name: "root", quota: 1 << 20, ...options });
}

/** A child. */
export function child(parent: MemoryContext, name: string, quota = 65536, options: Partial<ContextOptions> = {}) {
  return new MemoryContext(parent, { name, quota, ...options });
}

/** Verifies contexts, and all below them. */
export function verifyAll(...contexts: readonly MemoryContext[]): void {
  for (const context of contexts) {
    context.verify();
    verifyAll(...context.children.filter(({ lent }) => !lent));
  }
}

/** A context and all below it. */
export function tree(context: MemoryContext): MemoryContext[] {
  return [context, ...context.children.flatMap(tree)];
}

/** All that can be seen of a context without changing it: to be compared with what it was. */
export function seen(context: MemoryContext): unknown {
  return tree(context).map((one) => ({
    usage: one.usage(),
    stats: one.stats(),
    path: one.path,
  }));
}

/** Every byte of a memory, as a copy. */
export function bytesOf({ memory }: Pick<Allocator, "memory">): Uint8Array {
  return new Uint8Array(memory.buffer).slice();
}

/** Fills every byte of a block. */
export function fillBlock(context: MemoryContext, offset: number, byte: number): void {
  context.view(offset, Uint8Array).fill(byte);
}

export function isFilled(context: MemoryContext, offset: number, byte: number): boolean {
  return context.view(offset, Uint8Array).every((b) => b === byte);
}

/** Blocks of `size` bytes until none is given. */
export function fillUp(context: MemoryContext, size: number): number[] {
  const offsets: number[] = [];
  for (let p = context.tryAllocate(size); p !== 0; p = context.tryAllocate(size)) offsets.push(p);
  return offsets;
}

/** A stream of whole numbers, the same for the same seed: `next(n)` is from 0 to n − 1. */
export function random(seed: number): (n: number) => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

/** Where a child's run begins: the page with the heap's magic number. */
export function findBase(parent: MemoryContext, of: MemoryContext): number {
  const words = new Int32Array(parent.memory.buffer);
  const inside = of.allocate(1);
  of.free(inside);
  for (let at = inside & ~4095; at >= 0; at -= 4096) if (words[at / 4] === 0x58415241) return at;
  throw new Error("no heap");
}

/** Every use of a context there is; `p` was a block of it. */
export function uses(of: MemoryContext, p: number): Record<string, () => unknown> {
  const other = root();
  const q = other.allocate(8);
  return {
    memory: () => of.memory,
    allocate: () => of.allocate(8),
    tryAllocate: () => of.tryAllocate(8),
    "allocate, large": () => of.allocate(100_000),
    "allocate, of no size": () => of.allocate(-1),
    allocateMany: () => of.allocateMany(8, new Int32Array(1)),
    free: () => of.free(p),
    "free of no block": () => of.free(0),
    freeMany: () => of.freeMany(Int32Array.of(p)),
    "freeMany of none": () => of.freeMany(new Int32Array(0)),
    sizeOf: () => of.sizeOf(p),
    resize: () => of.resize(p, 8),
    reallocate: () => of.reallocate(p, 8),
    reset: () => of.reset(),
    stats: () => of.stats(),
    verify: () => of.verify(),
    usage: () => of.usage(),
    used: () => of.used,
    quota: () => of.quota,
    "quota = 1": () => (of.quota = 1),
    soft: () => of.soft,
    "soft = 0": () => (of.soft = 0),
    children: () => of.children,
    child: () => of.child("a"),
    "new child": () => child(of, "a", 8),
    "new child with memory of its own": () => child(of, "a", 8, { memory: "separate" }),
    ref: () => of.ref(p),
    check: () => of.check(other.ref(q)),
    view: () => of.view(p, Uint8Array),
    load: () => of.load("u8", p, 0),
    store: () => of.store("u8", p, 0, 1),
    copy: () => of.copy(p, 0, p, 0, 1),
    fill: () => of.fill(p),
    transfer: () => of.transfer(p, other),
    "transfer to it": () => other.transfer(q, of),
    snapshot: () => of.snapshot(),
    restore: () => of.restore(new Uint8Array(100)),
    diff: () => of.diff(new Uint8Array(100)),
    lend: () => of.lend(),
  };
}

/** A context of the least size, and its snapshot, some 10 KB. */
export function small(): { context: MemoryContext; snapshot: Uint8Array; p: number } {
  const context = root({ name: "vm 1", quota: 60_000, reserve: 65536 });
  const p = context.allocate(100);
  fillBlock(context, p, 7);
  return { context, snapshot: context.snapshot(), p };
}

/** A tree over one region, and one beside it; a block of every context. */
export function forest() {
  const region = new SlabAllocator({ capacity: 8 << 20 });
  const top = new MemoryContext(region, { name: "top", quota: 1 << 20 });
  const beside = new MemoryContext(region, { name: "beside", quota: 1 << 18 });
  const a = child(top, "a", 1 << 18);
  const b = child(top, "b", 1 << 17);
  const inner = child(a, "inner", 1 << 16);
  const all = [top, beside, a, b, inner];
  const blocks = all.map((context) => [8, 100, 5000, 20_000].map((size) => context.allocate(size)));
  for (const [i, context] of all.entries()) for (const p of blocks[i]) fillBlock(context, p, i + 1);
  return { region, all, blocks };
}
