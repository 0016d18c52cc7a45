import {
  type Allocator,
  type AllocatorStats,
  DEFAULT_ALIGNMENT,
  DetachedError,
  type Memory,
  NULL,
  type Offset,
  type Offsets,
  type Traits,
} from "@ariax/allocator";
import { checkAllocator, checkCount, checkOffsets, newBuffer, renewed } from "@ariax/allocator/implement";
import { check, fail, print } from "./fail.ts";
import { fill, firstDifference } from "./pattern.ts";
import { checkStats, StatsHistory } from "./stats.ts";

/** What a shadow knows of a live block. */
export interface ShadowBlock {
  readonly offset: Offset;
  /** The bytes asked for. */
  readonly size: number;
  /** What `sizeOf` said, all of it filled with the block's own pattern. */
  readonly usable: number;
  readonly alignment: number;
  readonly stamp: number;
}

/** Part of a message: put together only where it is needed, as most calls are right. */
type Words = () => string;

const nothing: Words = () => "";

/**
 * An allocator that watches another one. Each call goes to `inner`; then what it did is compared with a map of the live
 * blocks, and the first breach of the contract throws a `ConformanceError`. What `inner` throws goes through; where its memory is
 * gone, all is refused with a `DetachedError`.
 *
 *     inner's memory   │ │ block ▒▒▒▒▒▒▒▒│      │ block ░░░░│ …    every usable byte has the block's pattern
 *     owned, a byte    │ │ 1 1 1 1 1 1 1 │ 0 0 0│ 1 1 1 1 1 │ …    for a byte: an overlap is seen at once
 *
 * The shadow fills the blocks, so the user must not write to them. Cost: O(usable bytes) a call, and as much memory again
 * as `inner` has.
 *
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `ConformanceError` from any call, naming the rule that is broken.
 */
export class Shadow implements Allocator {
  readonly inner: Allocator;
  /** The live blocks by offset, oldest first. */
  readonly blocks: ReadonlyMap<Offset, ShadowBlock>;
  private readonly live = new Map<Offset, ShadowBlock>();
  private bytes: Uint8Array;
  private owned: Uint8Array;
  private stamp = 0;
  private readonly history = new StatsHistory();

  constructor(inner: Allocator) {
    this.inner = checkAllocator(inner);
    this.blocks = this.live;
    this.bytes = bytesOf(inner.memory);
    this.owned = new Uint8Array(newBuffer(this.bytes.length));
  }

  get memory(): Memory {
    return this.inner.memory;
  }

  get traits(): Traits {
    return this.inner.traits;
  }

  allocate(size: number, alignment?: number): Offset {
    const offset = this.inner.allocate(size, alignment);
    check(offset !== NULL, () => `${call("allocate", size, alignment)} returned NULL`);
    this.admit(() => call("allocate", size, alignment), offset, size, alignment);
    return offset;
  }

  tryAllocate(size: number, alignment?: number): Offset {
    const offset = this.inner.tryAllocate(size, alignment);
    if (offset !== NULL) this.admit(() => call("tryAllocate", size, alignment), offset, size, alignment);
    return offset;
  }

  resize(offset: Offset, size: number): boolean {
    const block = this.live.get(offset);
    const done = this.inner.resize(offset, size);
    const what = () => call("resize", offset, size);
    if (block === undefined) fail(`${what()} was accepted, but no live block begins there`);
    check(typeof done === "boolean", () => `${what()} returned ${String(done)}, no boolean`);
    if (done) this.replace(what, block, offset, size);
    else this.checkSizeOf(() => `${what()} returned false, but `, block);
    return done;
  }

  reallocate(offset: Offset, size: number): Offset {
    const block = this.live.get(offset);
    const moved = this.inner.reallocate(offset, size);
    const what = () => call("reallocate", offset, size);
    if (block === undefined) fail(`${what()} was accepted, but no live block begins there`);
    this.replace(what, block, moved, size);
    return moved;
  }

  free(offset: Offset): void {
    const block = this.live.get(offset);
    if (block !== undefined) this.checkContents(() => `before ${call("free", offset)}, `, block, block.usable);
    this.inner.free(offset);
    if (block === undefined) fail(`${call("free", offset)} was accepted, but no live block begins there`);
    this.drop(block);
  }

  sizeOf(offset: Offset): number {
    const usable = this.inner.sizeOf(offset);
    const block = this.live.get(offset);
    if (block === undefined) fail(`${call("sizeOf", offset)} is ${usable}, but no live block begins there`);
    check(usable === block.usable, () => `${call("sizeOf", offset)} was ${block.usable} and is ${usable} now`);
    return usable;
  }

  allocateMany(size: number, out: Offsets): number {
    const { byteOffset, length } = checkOffsets(out);
    const made = this.inner.allocateMany(size, out);
    const what = () => `allocateMany(${print(size)}, ${length} slots)`;
    check(Number.isInteger(made) && made >= 0 && made <= length, () => `${what()} returned ${print(made)}`);
    const words = renewed(out, byteOffset, length, this.inner.memory);
    for (let i = 0; i < made; i++) this.admit(what, words[i] >>> 0, size, undefined);
    if (made < length) {
      const more = this.inner.tryAllocate(size);
      check(more === NULL, () => `${what()} returned ${made}, but ${call("tryAllocate", size)} found room at ${more}`);
    }
    return made;
  }

  freeMany(offsets: Offsets, count?: number): void {
    const length = checkCount(count, offsets);
    const gone = new Set<ShadowBlock>();
    let bad: string | undefined;
    for (const [i, word] of offsets.subarray(0, length).entries()) {
      const block = this.live.get(word >>> 0);
      if (block === undefined) bad ??= `no live block begins at ${word >>> 0}, which is its item ${i}`;
      else if (gone.has(block)) bad ??= `its item ${i}, ${block.offset}, is there twice`;
      else gone.add(block);
    }
    const what = `freeMany of ${length} offsets`;
    for (const block of gone) this.checkContents(() => `before ${what}, `, block, block.usable);
    const list = offsets.slice();
    this.inner.freeMany(offsets, count);
    // None: it lay in memory that was given back.
    const changed = offsets.length < list.length ? -1 : list.findIndex((word, i) => word !== offsets[i]);
    check(changed < 0, () => `${what} changed its list: item ${changed} was ${list[changed]}, is ${offsets[changed]}`);
    if (bad !== undefined) fail(`${what} was accepted, but ${bad}`);
    for (const block of gone) this.drop(block);
  }

  reset(): void {
    this.inner.reset();
    this.live.clear();
    this.owned.fill(0);
  }

  stats(): AllocatorStats {
    return this.inner.stats();
  }

  verify(): void {
    this.inner.verify();
  }

  /**
   * Every live block, its size and all its contents; the stats; and `inner.verify()`. O(live bytes).
   *
   * @throws `ConformanceError` naming the rule that is broken.
   */
  check(): void {
    this.checkBlocks();
    const stats = this.inner.stats();
    checkStats(stats, this.live.values());
    this.history.check(stats);
    this.inner.verify();
  }

  /**
   * Every live block, its size and all its contents. O(live bytes).
   *
   * @throws `ConformanceError` naming the rule that is broken.
   */
  checkBlocks(): void {
    this.renew();
    for (const block of this.live.values()) {
      this.checkSizeOf(nothing, block);
      this.checkContents(nothing, block, block.usable);
    }
  }

  /** A new block: where it lies is checked, then it is ours to fill. */
  private admit(what: Words, offset: Offset, size: number, alignment = DEFAULT_ALIGNMENT): void {
    const usable = this.place(what, offset, size, alignment);
    const block = { offset, size, usable, alignment, stamp: this.nextStamp() };
    fill(this.bytes, offset, block.stamp, 0, usable);
    this.live.set(offset, block);
  }

  /** A block that was resized, in place or by moving. What the contract keeps is checked, the rest filled again. */
  private replace(what: Words, old: ShadowBlock, offset: Offset, size: number): void {
    this.drop(old);
    const alignment = offset === old.offset ? old.alignment : DEFAULT_ALIGNMENT;
    const usable = this.place(what, offset, size, alignment);
    const block = { ...old, offset, size, usable, alignment };
    const kept = Math.min(old.usable, size);
    this.checkContents(() => `after ${what()}, `, block, kept);
    fill(this.bytes, offset, block.stamp, kept, usable);
    this.live.set(offset, block);
  }

  /** Checks a block's place, and owns it. The usable bytes. */
  private place(what: Words, offset: Offset, size: number, alignment: number): number {
    this.renew();
    const { length } = this.bytes;
    check(
      Number.isInteger(offset) && offset > 0 && offset < length,
      () => `${what()} returned ${String(offset)}, which is no offset in a memory of ${length} bytes`,
    );
    check(offset % alignment === 0, () => `${what()} returned ${offset}, which is not aligned to ${alignment}`);
    const twin = this.live.get(offset);
    check(twin === undefined, () => `${what()} returned ${offset}, where a live block of ${twin?.usable} bytes begins`);
    const usable = this.inner.sizeOf(offset);
    check(
      Number.isInteger(usable) && usable >= size,
      () => `${what()} returned ${offset}, but sizeOf(${offset}) is ${usable}, less than the ${size} asked for`,
    );
    const end = offset + Math.max(1, usable);
    check(end <= length, () => `${what()} returned ${offset}..${end}, which ends beyond the memory's ${length} bytes`);
    const hit = this.owned.subarray(offset, end).indexOf(1);
    if (hit >= 0) fail(`${what()} returned ${offset}..${end}, which overlaps ${this.ownerOf(offset + hit)}`);
    this.owned.fill(1, offset, end);
    return usable;
  }

  private drop(block: ShadowBlock): void {
    this.live.delete(block.offset);
    this.owned.fill(0, block.offset, block.offset + Math.max(1, block.usable));
  }

  private checkSizeOf(when: Words, block: ShadowBlock): void {
    const usable = this.inner.sizeOf(block.offset);
    check(usable === block.usable, () => {
      return `${when()}sizeOf(${block.offset}) was ${block.usable} and is ${usable} now`;
    });
  }

  private checkContents(when: Words, block: ShadowBlock, bytes: number): void {
    this.renew();
    const i = firstDifference(this.bytes, block.offset, block.stamp, bytes);
    check(i < 0, () => `${when()}byte ${i} of the block at ${block.offset} is not what was written to it`);
  }

  private ownerOf(byte: number): string {
    for (const { offset, usable } of this.live.values()) {
      if (byte >= offset && byte < offset + Math.max(1, usable)) return `the live block ${offset}..${offset + usable}`;
    }
    return "a live block";
  }

  /** The views again, after growth. Memory that does not grow must stay the same object. */
  private renew(): void {
    const { buffer } = this.inner.memory;
    if (buffer === this.bytes.buffer && buffer.byteLength === this.owned.length) return;
    const bytes = bytesOf(this.inner.memory);
    check(this.inner.traits.grows, () => "memory.buffer changed, though traits.grows is false");
    const owned = new Uint8Array(newBuffer(bytes.length));
    this.bytes = bytes;
    owned.set(this.owned.subarray(0, owned.length));
    this.owned = owned;
  }

  private nextStamp(): number {
    return (this.stamp = Math.imul(this.stamp + 1, 0x2545f491) >>> 0);
  }
}

function bytesOf({ buffer }: Memory): Uint8Array {
  if (buffer.byteLength === 0) throw new DetachedError();
  return new Uint8Array(buffer);
}

function call(verb: string, ...numbers: readonly (number | undefined)[]): string {
  const given = numbers.filter((n) => n !== undefined);
  return `${verb}(${given.map(print).join(", ")})`;
}
