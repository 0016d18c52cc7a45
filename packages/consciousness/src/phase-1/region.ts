/**
 * Phase 1's memory: one region, cut into blocks that carry their own header, and a list of the free ones, searched from
 * its head for the first that fits (first fit, with Knuth's boundary tags: The Art of Computer Programming, 2.5).
 *
 *     offset − 8          offset
 *     ┌──────────┬────────┬──────────────────────┐┌──────────┬────────┬──────┬──────────┬────────
 *     │ size │ 1 │ before │ a live block         ││ size │ 2 │ before │ next │ previous │ (free)   …
 *     └──────────┴────────┴──────────────────────┘└──────────┴────────┴──────┴──────────┴────────
 *       bytes, header included; 1 = live, 2 = free       before: the size of the block before this one
 *
 *     the blocks tile the region; no two free ones touch; the last header is a sentinel of size 0, live for good
 *
 * Cost: `take` O(free blocks), `release` O(1), everything that counts O(blocks).
 */
import { CorruptionError, DetachedError, MAX_CAPACITY, NULL, type Offset } from "@ariax/allocator";
import { checkInteger, newBuffer } from "@ariax/allocator/implement";

export const HEADER = 8;
/** A free block has room for two links. */
const LEAST = 16;
const LIVE = 1;
const FREE = 2;

export interface RegionCounts {
  readonly blocks: number;
  /** Bytes in live blocks, with and without their headers. */
  readonly reserved: number;
  readonly live: number;
  readonly free: number;
  readonly largestFree: number;
}

export class Region {
  declare readonly buffer: ArrayBufferLike;
  /** The offset of the first block. A region that lies in memory after something else would have another. */
  declare private readonly first: Offset;
  /** The sentinel's offset. */
  declare private readonly last: Offset;
  declare private readonly words: Uint32Array;
  /** The offset of the free block that is looked at first, or 0. */
  declare private head: Offset;
  declare private reserved: number;
  declare private most: number;

  /**
   * Of `capacity` bytes, rounded down to 8, headers included.
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `UnsupportedError` where the host lacks what it needs.
   * @throws `HostMemoryError` where the host has no memory for it.
   */
  constructor(capacity: number) {
    const bytes = checkInteger("capacity", capacity, 64, MAX_CAPACITY) & -8;
    this.buffer = newBuffer(bytes >>> 0);
    this.words = new Uint32Array(this.buffer);
    this.first = HEADER;
    this.last = bytes >>> 0;
    this.most = 0;
    this.clear();
  }

  /** The most bytes that were ever in live blocks and their headers. */
  get peak(): number {
    return this.most;
  }

  /** @throws `DetachedError` where the buffer was transferred away. */
  check(): void {
    if (this.words.length === 0) throw new DetachedError();
  }

  /** A block of at least `size` bytes, or `NULL`. */
  take(size: number, alignment: number): Offset {
    const need = blockSize(size);
    // Of a buffer that was transferred away there are no words, and then no further block.
    for (let p = this.head; p > NULL; p = this.words[p >>> 2]) {
      const start = alignedIn(p, alignment);
      if (start - p + need <= this.size(p)) return this.cut(p, start, need);
    }
    return NULL;
  }

  /** A live block becomes free, and one with the free blocks beside it. */
  release(p: Offset): void {
    const w = this.words;
    let [start, size] = [p, this.size(p)];
    this.reserved -= size;
    // The header may come to lie inside a larger free block: what it says until it is overwritten is "free".
    this.mark(p, size, FREE);
    const next = p + size;
    if ((w[(next >>> 2) - 2] & 7) === FREE) {
      size += this.size(next);
      this.unlink(next);
    }
    const before = w[(p >>> 2) - 1];
    if (before > 0 && (w[((p - before) >>> 2) - 2] & 7) === FREE) {
      start = p - before;
      size += before;
      this.unlink(start);
    }
    this.link(start, size);
  }

  /** Makes a live block at least `size` bytes where it is. */
  resize(p: Offset, size: number): boolean {
    const w = this.words;
    const need = blockSize(size);
    const have = this.size(p);
    const next = p + have;
    // It may have all of the free block behind it; what it does not need of that is free again.
    const room = have + ((w[(next >>> 2) - 2] & 7) === FREE ? this.size(next) : 0);
    if (room < need) return false;
    const keep = room - need < LEAST ? room : need;
    if (keep === have) return true;
    if (room > have) this.unlink(next);
    this.mark(p, keep, LIVE);
    if (room > keep) this.link(p + keep, room - keep);
    this.reserve(keep - have);
    return true;
  }

  /** Bytes of a block, header included. */
  size(p: Offset): number {
    return (this.words[(p >>> 2) - 2] & -8) >>> 0;
  }

  /**
   * Does a live block begin at `p`, as far as headers can tell? They lie between the blocks, where whatever is written
   * to a block can pass for one: exact it is not.
   */
  looksLive(p: unknown): p is Offset {
    if (!this.isPlace(p) || (this.words[(p >>> 2) - 2] & 7) !== LIVE) return false;
    const size = this.size(p);
    return size >= LEAST && size <= this.last - p && this.words[((p + size) >>> 2) - 1] === size;
  }

  /** Did a block begin at `p` that is free now? With the same reserve. */
  looksFree(p: unknown): p is Offset {
    if (!this.isPlace(p) || (this.words[(p >>> 2) - 2] & 7) !== FREE) return false;
    const size = this.size(p);
    return size >= LEAST && size <= this.last - p;
  }

  /** All free. O(blocks): headers that are left behind must not look live. */
  reset(): void {
    for (const p of this) this.words[(p >>> 2) - 2] = this.size(p) | FREE;
    this.clear();
  }

  count(): RegionCounts {
    let [blocks, free, largestFree] = [0, 0, 0];
    for (const p of this) {
      if ((this.words[(p >>> 2) - 2] & 7) === LIVE) blocks++;
      else {
        free += this.size(p);
        largestFree = Math.max(largestFree, this.size(p));
      }
    }
    const reserved = this.reserved;
    return { blocks, reserved, live: reserved - HEADER * blocks, free, largestFree };
  }

  /** @throws `CorruptionError` naming the first broken invariant. */
  verify(): void {
    const w = this.words;
    const free = new Set<Offset>();
    let [before, afterFree, reserved] = [0, false, 0];
    for (const p of this) {
      const [size, state] = [this.size(p), w[(p >>> 2) - 2] & 7];
      if (size < LEAST || size > this.last - p) throw new CorruptionError(`the block at ${p} has ${size} bytes`);
      if (state !== LIVE && state !== FREE) throw new CorruptionError(`the block at ${p} is in state ${state}`);
      if (w[(p >>> 2) - 1] !== before) throw new CorruptionError(`before the block at ${p} are ${before} bytes`);
      if (state === FREE && afterFree) throw new CorruptionError(`two free blocks touch at ${p}`);
      if (state === FREE) free.add(p);
      else reserved += size;
      [before, afterFree] = [size, state === FREE];
    }
    if (w[(this.last >>> 2) - 1] !== before) throw new CorruptionError(`before the end are ${before} bytes`);
    if (reserved !== this.reserved) throw new CorruptionError(`${reserved} bytes are reserved, not ${this.reserved}`);
    let previous = NULL;
    for (let p = this.head; p !== NULL; p = w[p >>> 2]) {
      if (!free.delete(p))
        throw new CorruptionError(`the free list has ${p}, which is no free block or is there twice`);
      if (w[(p >>> 2) + 1] !== previous) throw new CorruptionError(`the free list does not lead back from ${p}`);
      previous = p;
    }
    for (const p of free) throw new CorruptionError(`the free block at ${p} is not in the list`);
  }

  /** The blocks from first to last. */
  *[Symbol.iterator](): Generator<Offset, void, undefined> {
    let size = 0;
    for (let p = this.first; p < this.last; p += size) {
      size = this.size(p);
      yield p;
      // Broken? `verify` has said so, or the caller never asked it.
      if (size === 0) return;
    }
  }

  /** A live block at `start` out of the free one at `p`; what is left on either side stays free. */
  private cut(p: Offset, start: Offset, need: number): Offset {
    let size = this.size(p);
    this.unlink(p);
    if (start > p) {
      this.link(p, start - p);
      size -= start - p;
    }
    // Too little left for a block?
    if (size - need < LEAST) this.mark(start, size, LIVE);
    else {
      this.mark(start, need, LIVE);
      this.link(start + need, size - need);
      size = need;
    }
    this.reserve(size);
    return start;
  }

  private link(p: Offset, size: number): void {
    const w = this.words;
    const head = this.head;
    this.mark(p, size, FREE);
    w[p >>> 2] = head;
    w[(p >>> 2) + 1] = NULL;
    if (head !== NULL) w[(head >>> 2) + 1] = p;
    this.head = p;
  }

  private unlink(p: Offset): void {
    const w = this.words;
    const [next, previous] = [w[p >>> 2], w[(p >>> 2) + 1]];
    if (previous === NULL) this.head = next;
    else w[previous >>> 2] = next;
    if (next !== NULL) w[(next >>> 2) + 1] = previous;
  }

  /** Writes a block's header, and its size into the one that follows. */
  private mark(p: Offset, size: number, state: number): void {
    this.words[(p >>> 2) - 2] = size | state;
    this.words[((p + size) >>> 2) - 1] = size;
  }

  private reserve(bytes: number): void {
    this.reserved += bytes;
    if (this.reserved > this.most) this.most = this.reserved;
  }

  private isPlace(p: unknown): p is Offset {
    return typeof p === "number" && p >>> 0 === p && p % 8 === 0 && p >= this.first && p < this.last;
  }

  private clear(): void {
    this.head = NULL;
    this.reserved = 0;
    this.words[(this.last >>> 2) - 2] = LIVE;
    this.words[(this.first >>> 2) - 1] = 0;
    this.link(this.first, this.last - this.first);
  }
}

function blockSize(size: number): number {
  return Math.max(LEAST, HEADER + 8 * Math.ceil(size / 8));
}

/** The first aligned offset in the free block at `p` that leaves nothing before it, or room for a free block. */
function alignedIn(p: Offset, alignment: number): Offset {
  if (alignment <= 8) return p;
  const start = Math.ceil(p / alignment) * alignment;
  return start > p && start - p < LEAST ? start + alignment : start;
}
