/**
 * A tree of contexts, and beside it the same in the plainest way: maps of blocks, and sums. Each step does something to both,
 * and compares all that can be seen. Throws at the first difference.
 */
import type { Allocator } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { MemoryContext } from "../src/index.ts";
import {
  type Block,
  expect,
  isAll,
  type Node,
  node,
  refused,
  roomOf,
  type Step,
  served,
  sum,
  used,
} from "./model-tree.ts";

type Class = typeof MemoryContext;

/** Runs steps on contexts of a class, which is `MemoryContext`, or a broken one, over a region of 4 MiB of shared memory. */
export function run(all: readonly Step[], type: Class = MemoryContext, region = regionOf()): void {
  new Model(type, region).run(all);
}

const regionOf = (): Allocator & { verify(): void } => new SlabAllocator({ capacity: 4 << 20, shared: true });

class Model {
  readonly #type: Class;
  readonly #region: ReturnType<typeof regionOf>;
  readonly #roots: Node[] = [];
  #stamp = 0;
  #names = 0;

  constructor(type: Class, region: ReturnType<typeof regionOf>) {
    this.#type = type;
    this.#region = region;
    for (const quota of [600_000, 100_000]) {
      const context = new type(this.#region, { name: `root ${quota}`, quota });
      this.#roots.push(node(context, undefined, quota, false));
    }
  }

  run(all: readonly Step[]): void {
    for (const [i, step] of all.entries()) {
      try {
        this.#step(step);
        this.#check();
      } catch (error) {
        throw new Error(`step ${i}, ${JSON.stringify(step)}: ${(error as Error).message}`, { cause: error });
      }
    }
  }

  get #nodes(): Node[] {
    const all = [...this.#roots];
    for (const one of all) all.push(...one.children);
    return all;
  }

  #step({ op, a, b, size }: Step): void {
    const nodes = this.#nodes;
    const at = nodes[a % nodes.length];
    const other = nodes[size % nodes.length];
    const blocks = [...at.blocks.values()];
    const block = blocks[b % blocks.length];
    const onContext: Record<string, () => void> = {
      create: () => this.#create(at, size, b),
      quota: () => this.#setQuota(at, size * (b % 8)),
      dispose: () => this.#dispose(at),
      reset: () => this.#reset(at),
      save: () => this.#save(at),
      restore: () => this.#restore(at),
      lend: () => this.#lend(at, size),
      allocate: () => this.#allocate(at, size, b),
      allocateMany: () => this.#allocateMany(at, size, b % 40),
    };
    const onBlock: Record<string, () => void> = {
      free: () => this.#free(at, block),
      badFree: () => this.#badFree(at, block, b),
      freeMany: () => this.#freeMany(at, blocks, b),
      resize: () => this.#resize(at, block, size),
      reallocate: () => this.#reallocate(at, block, size),
      transfer: () => this.#transfer(at, block, other),
      foreign: () => this.#foreign(at, block, other),
    };
    if (op in onContext) onContext[op]();
    else if (block !== undefined) onBlock[op]();
  }

  #create(parent: Node, size: number, b: number): void {
    const separate = b % 5 === 0;
    const quota = 1 + size * (1 + (b % 3));
    const memory = separate ? ("separate" as const) : undefined;
    const options = { name: `${this.#names++}`, quota, memory, zero: b % 7 === 0 ? true : undefined };
    const make = () => new this.#type(parent.context, options);
    if (quota > parent.quota) return void refused(make, ["ERR_INVALID_ARGUMENT"]);
    if (used(parent) + quota > parent.quota) return void refused(make, ["ERR_QUOTA_EXCEEDED"]);
    const context = served(make);
    if (context === undefined) return;
    parent.children.push(node(context, parent, quota, separate));
  }

  #setQuota(at: Node, quota: number): void {
    const set = () => void (at.context.quota = quota);
    const { reserved } = at.context.usage();
    if (quota < Math.max(1, used(at)) || quota > reserved) return void refused(set, ["ERR_INVALID_ARGUMENT"]);
    const more = quota - at.quota;
    if (at.parent !== undefined && used(at.parent) + more > at.parent.quota)
      return void refused(set, ["ERR_QUOTA_EXCEEDED"]);
    set();
    at.quota = quota;
  }

  #dispose(at: Node): void {
    if (at.parent === undefined) return;
    const all = [at];
    for (const one of all) all.push(...one.children);
    const { buffer } = at.parent.context.memory;
    const kept = all.map((one) => ({
      one,
      ref: [...one.blocks.keys()].map((p) => one.context.ref(p))[0],
      beside: one.context.memory.buffer !== buffer,
    }));
    at.context.dispose();
    at.parent.children.splice(at.parent.children.indexOf(at), 1);
    for (const { one, ref, beside } of kept) {
      const { context, blocks } = one;
      for (const call of [() => context.allocate(8), () => context.usage(), () => context.dispose()]) {
        refused(call, ["ERR_CONTEXT_DISPOSED"]);
      }
      if (ref !== undefined) refused(() => this.#roots[0].context.check(ref), ["ERR_CONTEXT_DISPOSED"]);
      if (beside) continue;
      for (const offset of blocks.keys()) refused(() => at.parent!.context.sizeOf(offset), ["ERR_INVALID_BLOCK"]);
    }
  }

  #reset(at: Node): void {
    at.context.reset();
    at.blocks.clear();
  }

  #save(at: Node): void {
    if (at.children.length > 0) return void refused(() => at.context.snapshot(), ["ERR_INVALID_ARGUMENT"]);
    const bytes = at.context.snapshot();
    at.saved = { bytes, blocks: [...at.blocks.values()].map((block) => ({ ...block })) };
    const damaged = bytes.slice();
    damaged[this.#stamp % damaged.length] ^= 1;
    refused(() => at.context.restore(damaged), ["ERR_CORRUPTED"]);
  }

  #restore(at: Node): void {
    const { saved } = at;
    if (saved === undefined) return;
    const restore = () => at.context.restore(saved.bytes);
    if (at.children.length > 0) return void refused(restore, ["ERR_INVALID_ARGUMENT"]);
    if (sum(saved.blocks) > at.quota) return void refused(restore, ["ERR_QUOTA_EXCEEDED"]);
    restore();
    at.blocks.clear();
    for (const block of saved.blocks) at.blocks.set(block.offset, { ...block });
  }

  /** Another thread's part, played here. */
  #lend(at: Node, size: number): void {
    if (at.children.length > 0 || !at.context.traits.shared)
      return void refused(() => at.context.lend(), ["ERR_INVALID_ARGUMENT"]);
    const loan = at.context.lend();
    refused(() => at.context.allocate(8), ["ERR_CONTEXT_LENT"]);
    const there = this.#type.adopt(loan);
    const guest: Node = { ...at, context: there, parent: undefined };
    this.#allocate(guest, size, 0);
    for (const block of [...at.blocks.values()].slice(0, 3)) this.#free(guest, block);
    there.dispose();
    at.context.reclaim();
  }

  #allocate(at: Node, size: number, b: number): void {
    const { context } = at;
    const over = used(at) + roomOf(size) > at.quota;
    if (b % 2 === 0) {
      const offset = context.tryAllocate(size);
      if (offset !== 0) this.#admit(at, offset, size, over);
      return;
    }
    if (over) return void refused(() => context.allocate(size), ["ERR_QUOTA_EXCEEDED"]);
    const offset = served(() => context.allocate(size));
    if (offset !== undefined) this.#admit(at, offset, size, over);
  }

  #admit(at: Node, offset: number, size: number, over = false): void {
    const room = at.context.sizeOf(offset);
    expect(!over, `${size} bytes were given above the quota`);
    expect(room >= size && !at.blocks.has(offset), `the block at ${offset} has ${room} bytes, or is there twice`);
    const stamp = ++this.#stamp & 0xff;
    const block = { offset, room, stamp };
    at.context.fill(offset, stamp);
    at.blocks.set(offset, block);
  }

  #allocateMany(at: Node, size: number, count: number): void {
    const out = new Int32Array(count);
    const most = Math.floor((at.quota - used(at)) / roomOf(size));
    const made = at.context.allocateMany(size, out);
    expect(made <= most, `${made} blocks were made, ${most} fit the quota`);
    for (let i = 0; i < made; i++) this.#admit(at, out[i] >>> 0, size);
  }

  #free(at: Node, block: Block): void {
    at.context.free(block.offset);
    at.blocks.delete(block.offset);
  }

  #freeMany(at: Node, blocks: readonly Block[], b: number): void {
    const some = blocks.filter((_, i) => ((b >>> (i % 16)) & 1) === 1);
    const list = Int32Array.from(some, ({ offset }) => offset);
    if (some.length > 0) {
      const twice = Int32Array.of(...list, list[0]);
      refused(() => at.context.freeMany(twice), ["ERR_DOUBLE_FREE"]);
      refused(() => at.context.freeMany(Int32Array.of(...list, list[0] + 8)), ["ERR_INVALID_FREE"]);
    }
    at.context.freeMany(list);
    for (const one of some) at.blocks.delete(one.offset);
  }

  /** Inside of a block, and twice. */
  #badFree(at: Node, block: Block, b: number): void {
    const inside = block.offset + 1 + (b % (block.room - 1));
    refused(() => at.context.free(inside), ["ERR_INVALID_FREE", "ERR_DOUBLE_FREE", "ERR_FOREIGN_BLOCK"]);
    this.#free(at, block);
    refused(() => at.context.free(block.offset), ["ERR_DOUBLE_FREE"]);
  }

  #resize(at: Node, block: Block, size: number): void {
    const before = used(at);
    const done = at.context.resize(block.offset, size);
    const room = at.context.sizeOf(block.offset);
    if (!done) return void expect(room === block.room, `${block.offset} has ${room} bytes after a resize that failed`);
    expect(before - block.room + room <= at.quota, "a resize went above the quota");
    this.#stampAgain(at, block, block.offset, room, size);
  }

  #reallocate(at: Node, block: Block, size: number): void {
    const { context } = at;
    const before = used(at) - block.room;
    const to = served(() => context.reallocate(block.offset, size));
    if (to === undefined) return void expect(context.sizeOf(block.offset) === block.room, "a block has changed");
    const room = context.sizeOf(to);
    expect(before + room <= at.quota, "a reallocate went above the quota");
    at.blocks.delete(block.offset);
    if (to !== block.offset) refused(() => context.free(block.offset), ["ERR_DOUBLE_FREE", "ERR_INVALID_FREE"]);
    this.#stampAgain(at, block, to, room, size);
  }

  /** A block that has another place or room: what is kept is as it was, and the rest is filled. */
  #stampAgain(at: Node, block: Block, offset: number, room: number, size: number): void {
    const kept = at.context.view(offset, Uint8Array, Math.min(block.room, room, size));
    expect(isAll(kept, block.stamp), `the block at ${offset} has lost its contents`);
    at.context.fill(offset, block.stamp);
    at.blocks.set(offset, { ...block, offset, room });
  }

  #transfer(from: Node, block: Block, to: Node): void {
    const move = () => from.context.transfer(block.offset, to.context);
    if (from !== to && used(to) + block.room > to.quota) return void refused(move, ["ERR_QUOTA_EXCEEDED"]);
    const offset = served(move);
    if (offset === undefined || from === to) return;
    const room = to.context.sizeOf(offset);
    from.blocks.delete(block.offset);
    this.#stampAgain(to, block, offset, room, block.room);
  }

  #foreign(owner: Node, block: Block, other: Node): void {
    if (owner === other) return;
    const { context } = other;
    const ref = owner.context.ref(block.offset);
    expect(owner.context.check(ref) === block.offset, "a reference has changed");
    refused(() => context.check(ref), ["ERR_FOREIGN_BLOCK"]);
    if (owner.context.memory.buffer !== context.memory.buffer) return;
    const own = [...other.blocks.keys()][0];
    for (const call of [
      () => context.free(block.offset),
      () => context.freeMany(own === undefined ? Int32Array.of(block.offset) : Int32Array.of(own, block.offset)),
      () => context.sizeOf(block.offset),
      () => context.resize(block.offset, 1),
      () => context.reallocate(block.offset, 1),
      () => context.load("u8", block.offset, 0),
      () => context.store("u8", block.offset, 0, block.stamp ^ 1),
      () => context.view(block.offset, Uint8Array),
      () => context.transfer(block.offset, owner.context),
    ]) {
      refused(call, ["ERR_FOREIGN_BLOCK"]);
    }
  }

  #check(): void {
    for (const at of this.#nodes) {
      const { context, blocks } = at;
      const now = used(at);
      at.peak = Math.max(at.peak, now);
      const usage = context.usage();
      const { live, blocks: count } = context.stats();
      const granted = at.children.reduce((bytes, child) => bytes + child.quota, 0);
      expect(usage.used === now, `${usage.used} bytes are charged, ${now} are held`);
      expect(context.used === now && usage.granted === granted, `${usage.granted} bytes are granted, not ${granted}`);
      expect(usage.quota === at.quota && usage.used <= usage.quota, `the quota is ${usage.quota}, not ${at.quota}`);
      expect(usage.peak >= at.peak, `the peak is ${usage.peak}, not ${at.peak}`);
      expect(count === blocks.size && live === now - granted, `there are ${count} blocks of ${live} bytes`);
      expect(usage.children === at.children.length, `there are ${usage.children} children`);
      for (const { offset, room, stamp } of blocks.values()) {
        expect(
          context.sizeOf(offset) === room,
          `the block at ${offset} has ${context.sizeOf(offset)} bytes, not ${room}`,
        );
        expect(isAll(context.view(offset, Uint8Array), stamp), `the block at ${offset} has changed`);
      }
      context.verify();
    }
    this.#region.verify();
  }
}
