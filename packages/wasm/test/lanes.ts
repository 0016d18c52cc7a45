/** Lanes of one heap, each call by one of them, drawn at random: in one thread, so that every order is repeatable. */
import assert from "node:assert/strict";
import type { SharedSlabAllocator } from "@ariax/slab";
import { type Random, random } from "./heaps.ts";

/** A heap, and how the next lane of it is got: it may be of another engine. */
export interface Engines {
  readonly make: () => SharedSlabAllocator;
  readonly attach: (first: SharedSlabAllocator, ticket: number) => SharedSlabAllocator;
}

interface Block {
  readonly offset: number;
  readonly size: number;
  readonly stamp: number;
}

export class Lanes {
  readonly first: SharedSlabAllocator;
  /** The lanes that are held: the first stays. */
  readonly heaps: SharedSlabAllocator[];
  readonly live: Block[] = [];
  private readonly attach: Engines["attach"];
  private readonly lanes: number;
  private readonly next: Random;
  private log: unknown[] = [];

  constructor({ make, attach }: Engines, seed: number) {
    this.first = make();
    this.heaps = [this.first];
    this.attach = attach;
    this.lanes = this.first.words[4 /* H_LANES */];
    this.next = random(seed);
  }

  /** All the bytes, as they are now. */
  get bytes(): Buffer {
    return Buffer.from(this.first.memory.buffer);
  }

  /** What so many calls gave. Throws where a block is not as it was left. */
  run(calls: number): unknown[] {
    this.log = [];
    for (let i = 0; i < calls; i++) this.call(this.of(this.heaps), this.next(1000));
    return this.log;
  }

  /** Ends every block, by any lane, and every lane but the first. */
  finish(): void {
    while (this.live.length > 0) this.free(this.of(this.heaps));
    for (const heap of this.heaps.splice(1)) heap.close();
  }

  private call(heap: SharedSlabAllocator, dice: number): void {
    if (dice < 6) this.come();
    else if (dice < 11) this.go(dice);
    else if (dice < 20) heap.park();
    else if (dice < 30) this.many(heap);
    else if (dice < 530 || this.live.length === 0) this.allocate(heap);
    else if (dice < 600) this.resize(heap, dice % 2 === 0);
    else if (dice < 620) this.misuse(heap);
    else this.free(heap);
  }

  private come(): void {
    if (this.heaps.length < this.lanes) this.heaps.push(this.attach(this.first, this.first.ticket()));
  }

  /** One is closed, or is dead, and repaired by another. */
  private go(dice: number): void {
    if (this.heaps.length === 1) return;
    const [gone] = this.heaps.splice(1 + this.next(this.heaps.length - 1), 1);
    if (dice % 2 === 0) gone.close();
    else this.log.push({ ...this.of(this.heaps).reclaim(gone.holder) });
  }

  private size(): number {
    return this.next([129, 129, 1500, 20_000, 100_000][this.next(5)]);
  }

  private allocate(heap: SharedSlabAllocator): void {
    this.keep(heap, heap.tryAllocate(this.size(), this.next(20) === 0 ? 1 << this.next(17) : undefined));
  }

  private many(heap: SharedSlabAllocator): void {
    const out = new Int32Array(1 + this.next(40));
    const made = heap.allocateMany(this.next(300), out);
    for (let i = 0; i < made; i++) this.keep(heap, out[i] >>> 0);
    const gone = Array.from({ length: Math.min(this.live.length, this.next(40)) }, () => this.take().offset);
    heap.freeMany(Int32Array.from(gone));
  }

  private resize(heap: SharedSlabAllocator, mayMove: boolean): void {
    const block = this.take();
    const size = this.next(2) === 0 ? this.size() : this.next(2 * block.size + 8);
    let { offset } = block;
    let kept = block.size;
    try {
      if (!mayMove) this.log.push(heap.resize(offset, size));
      else offset = heap.reallocate(offset, size);
      kept = Math.min(kept, mayMove ? size : heap.sizeOf(offset));
    } catch (error) {
      this.log.push(`${error}`);
    }
    this.check(block, offset, kept);
    this.keep(heap, offset);
  }

  private misuse(heap: SharedSlabAllocator): void {
    const { offset } = this.of(this.live);
    const wrong = [offset + 8, offset + 4096, this.next(heap.capacity), 0, -1, 2 ** 32 + offset][this.next(6)];
    if (this.live.some((block) => block.offset === wrong)) return;
    for (const call of [() => heap.free(wrong), () => heap.resize(wrong, 8), () => heap.reallocate(wrong, 8)]) {
      try {
        call();
        throw new Error(`${wrong} is a block`);
      } catch (error) {
        this.log.push(`${error}`);
      }
    }
  }

  private free(heap: SharedSlabAllocator): void {
    const block = this.take();
    this.check(block, block.offset, heap.sizeOf(block.offset));
    heap.free(block.offset);
    // Whoever frees it again is told.
    try {
      this.of(this.heaps).free(block.offset);
      this.log.push("a double free");
    } catch (error) {
      this.log.push(`${error}`);
    }
  }

  private keep(heap: SharedSlabAllocator, offset: number): void {
    this.log.push(offset);
    if (offset === 0) return;
    const block = { offset, size: heap.sizeOf(offset), stamp: this.next(256) };
    new Uint8Array(this.first.memory.buffer, offset, block.size).fill(block.stamp);
    this.live.push(block);
  }

  /** Are the first bytes, by now at `offset`, those of a block? */
  private check({ size, stamp }: Block, offset: number, bytes: number): void {
    const now = new Uint8Array(this.first.memory.buffer, offset, Math.min(bytes, size));
    for (const at of now.length === 0 ? [] : [0, now.length >> 1, now.length - 1]) {
      if (now[at] !== stamp) throw new Error(`byte ${at} of the block at ${offset} is ${now[at]}, was ${stamp}`);
    }
  }

  private take(): Block {
    const at = this.next(this.live.length);
    const block = this.live[at];
    const last = this.live.pop()!;
    if (at < this.live.length) this.live[at] = last;
    return block;
  }

  private of<T>(list: readonly T[]): T {
    return list[this.next(list.length)];
  }
}

/**
 * Frees a block of `owner` by it and by `other`, as if neither had seen the other's: that can't be had by calls in turns, so the second bit is set by
 * hand, in the remote word that a free of the next block announces.
 */
export function freeTwice(owner: SharedSlabAllocator, other: SharedSlabAllocator): void {
  const w = owner.words;
  const bits = w.subarray(w[8 /* H_BITS */], w[9 /* H_REMOTE */]);
  const remote = w.subarray(w[9 /* H_REMOTE */]);
  const [p, q] = [owner.allocate(64), owner.allocate(64)];
  const before = bits.slice();
  owner.free(p);
  const word = bits.findIndex((now, i) => now !== before[i]);
  other.free(q);
  remote[word] |= bits[word] ^ before[word];
}

/** Reclaims a lane whose thread lives: each of its calls that is not on the hot path has to say so, and to change nothing. */
export function loseLane(heap: SharedSlabAllocator, other: SharedSlabAllocator): void {
  const [p, q] = [heap.allocate(100), other.allocate(100)];
  const large = other.allocate(100_000);
  const { lanes, blocks } = heap.reclaim(other.holder);
  assert.deepEqual([lanes, blocks], [1, 2]);
  for (const call of [
    () => other.tryAllocate(100_000),
    () => other.allocate(8, 4096),
    () => other.free(p),
    () => other.free(large),
    () => other.free(12),
    () => other.resize(large, 200_000),
    () => other.reallocate(p, 1000),
    () => other.allocateMany(100_000, new Int32Array(2)),
    () => other.freeMany(Int32Array.of(q)),
    () => other.park(),
    () => other.verifyLane(),
  ]) {
    assert.throws(call, {
      code: "ERR_LANE_LOST",
      message: `lane lost: ticket ${other.holder} was reclaimed while its thread lives; others may have its blocks now`,
    });
  }
  assert.equal(heap.stats().blocks, 3);
  for (const offset of [p, q, large]) heap.free(offset);
  heap.verify();
}
