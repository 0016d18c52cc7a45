/**
 * The calls of a heap with lanes that are made of others, and those that are for all of it: other lengths, many blocks at once, and what is looked at. What they are
 * made of is ../shared-slab-allocator.ts.
 */
import {
  type AllocatorStats,
  DoubleFreeError,
  InvalidArgumentError,
  InvalidBlockError,
  NULL,
  type Offset,
  type Offsets,
} from "@ariax/allocator";
import { checkCount, checkOffsets, checkSize, isUint32, renewed } from "@ariax/allocator/implement";
import { takeMany } from "../bulk.ts";
import { freeError, roomAt } from "../lookup.ts";
import { classOf } from "../size-class.ts";
import { clearShared } from "./heap.ts";
import { LaneHolder } from "./holder.ts";
import { sharedStats, verifyLane, verifyShared } from "./inspect.ts";
import { resizeOwn } from "./large.ts";
import { settle } from "./relief.ts";
import { alone } from "./state.ts";
import { claimAfter } from "./territory.ts";

// layout.ts's and size-class.ts's: see ../page-pool.ts.
const H_OWN = 13;
const H_TERRITORY = 14;
const LINES = 32;
const LINE_SHIFT = 3;
const OWNER = 127;
const TABLE = 600;
const E_PAGES = 0xfffff;
const PAGE_SHIFT = 12;
const PAGE_SIZE = 4096;
const SMALL_MAX = 16384;

export abstract class LaneCalls extends LaneHolder {
  /** The most bytes the memory may ever have, control block included. */
  abstract readonly capacity: number;
  abstract allocate(size: number, alignment?: number): Offset;
  abstract tryAllocate(size: number, alignment?: number): Offset;

  sizeOf(offset: Offset): number {
    const w = this.heap.words;
    const room = roomAt(w, this.lane, offset);
    if (room === 0) throw new InvalidBlockError(offset);
    return room > 0 ? room : (w[TABLE - room] & E_PAGES) * PAGE_SIZE;
  }

  /** As every allocator's. A large block of another lane stays as it is: `false`. */
  resize(offset: Offset, size: number): boolean {
    return this.itself().resized(offset, size, false) !== NULL;
  }

  reallocate(offset: Offset, size: number): Offset {
    return this.itself().resized(offset, size, true);
  }

  /**
   * A live block made longer or shorter in place, or else, if it may be, moved; NULL where it may not.
   *
   * All of it is here, for V8 to call: more bytes of bytecode than it inlines (460), as SlabAllocator's.
   */
  private resized(offset: Offset, size: number, mayMove: boolean): Offset {
    const w = this.now();
    const { lane } = this;
    const room = roomAt(w, lane, offset);
    if (room === 0) throw new InvalidBlockError(offset);
    if (!(isUint32(size) && size <= this.capacity)) checkSize(size, this.capacity);
    let bytes = room;
    if (room > 0) {
      if (size <= room) return offset;
    } else {
      const page = -room;
      const pages = w[TABLE + page] & E_PAGES;
      const want = (size + PAGE_SIZE - 1) >>> PAGE_SHIFT || 1;
      if (want === pages) return offset;
      // Of another lane? Then it can't be changed here.
      if ((w[w[H_OWN] + (page >>> w[H_TERRITORY])] & OWNER) === this.code) {
        if (resizeOwn(w, lane, page, pages, want)) {
          if (want < pages) settle(w, lane);
          return offset;
        }
        // Has the pool what follows on it?
        if (claimAfter(w, lane, page + pages, want - pages) && resizeOwn(w, lane, page, pages, want)) return offset;
      }
      bytes = pages * PAGE_SIZE;
    }
    if (!mayMove) return NULL;
    const moved = this.allocate(size);
    const from = offset >>> 3;
    const to = moved >>> 3;
    // A large block of another lane may become shorter.
    const count = Math.ceil(Math.min(bytes, size) / 8);
    const cells = this.heap.cells(Math.max(from, to) + count);
    if (count > 32) cells.copyWithin(to, from, from + count);
    else for (let i = 0; i < count; i++) cells[to + i] = cells[from + i];
    try {
      this.free(offset);
    } catch (error) {
      // Another thread was quicker, and no order says which of the two was right.
      this.free(moved);
      throw error;
    }
    return moved;
  }

  allocateMany(size: number, out: Offsets): number {
    const it = this.itself();
    checkSize(size, it.capacity);
    const { byteOffset, length } = checkOffsets(out);
    it.heap.checkApart(out);
    const line = size <= SMALL_MAX ? LINES + (classOf(size) << LINE_SHIFT) : 0;
    let words = out;
    for (let made = 0; made < length; made++) {
      const w = it.now();
      if (line !== 0) made = takeMany(w, it.lane + line, words, made);
      if (made === length) break;
      let offset = NULL;
      try {
        offset = it.tryAllocate(size);
      } catch (error) {
        // A callback's: who gets it does not know what was made.
        words = renewed(words, byteOffset, length, it.heap);
        for (let i = 0; i < made; i++) it.free(words[i] >>> 0);
        throw error;
      }
      if (offset === NULL) return made;
      words = renewed(words, byteOffset, length, it.heap);
      words[made] = offset;
    }
    return length;
  }

  /** As every allocator's, as long as no other thread frees one of them at the same time. O(n log n). */
  freeMany(offsets: Offsets, count?: number): void {
    const it = this.itself();
    const n = checkCount(count, offsets);
    it.heap.checkApart(offsets);
    const w = it.now();
    // The bits of other lanes' blocks can't be set and taken back, so one that comes twice is found by sorting.
    const sorted = Uint32Array.from(offsets.subarray(0, n)).sort();
    for (let i = 0; i < n; i++) {
      const offset = offsets[i] >>> 0;
      if (roomAt(w, it.lane, offset) === 0) throw freeError(w, it.lane, offset);
    }
    for (let i = 1; i < n; i++) if (sorted[i] === sorted[i - 1]) throw new DoubleFreeError(sorted[i]);
    for (let i = 0; i < n; i++) it.free(offsets[i] >>> 0);
  }

  /**
   * Ends the life of every block, of all lanes: while no other thread holds one, or attaches. O(pages).
   *
   * @throws `InvalidArgumentError` where one does.
   */
  reset(): void {
    const it = this.itself();
    const w = it.now();
    const others = alone(w, it.lane, it.holder, () => clearShared(w));
    if (others > 0)
      throw new InvalidArgumentError(`invalid reset: ${others} other lanes are held; close or reclaim them`);
    it.late = 0;
  }

  /** Of all lanes together: exact where no other thread changes the heap meanwhile, else as each was in some moment of it. O(pages + blocks). */
  stats(): AllocatorStats {
    return sharedStats(this.heap.words, this.lane);
  }

  /** Walks every invariant of all lanes; for when no other thread changes the heap. */
  verify(): void {
    verifyShared(this.heap.words);
  }

  /** The same of this thread's lane: at any time. */
  verifyLane(): void {
    const it = this.itself();
    verifyLane(it.now(), it.lane);
  }
}
