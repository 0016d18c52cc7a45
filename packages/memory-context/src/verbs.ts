import {
  type Allocator,
  type AllocatorStats,
  InvalidArgumentError,
  InvalidFreeError,
  MAX_CAPACITY,
  type Memory,
  NULL,
  type Offset,
  type Offsets,
  type Traits,
} from "@ariax/allocator";
import {
  checkAlignment,
  checkCount,
  checkOffsets,
  checkSize,
  isShared,
  isUint32,
  moveBlock,
  renewed,
} from "@ariax/allocator/implement";
import { liveBlocks } from "@ariax/slab/engine";
import type { Core } from "./core.ts";
import { explainedMany, freeBlock, isChild, live } from "./lookup.ts";
import { allowsBlock, press, refusal, take } from "./quota.ts";
import { MOST_SMALL, pagesFor, roomFor } from "./room.ts";
import { verifyCore } from "./verify.ts";

const MAX_ALIGNMENT = 65536;

/**
 * The contract, over a heap with a quota. Each verb is the heap's, and charges what it did: so a block costs exactly what
 * `sizeOf` says, and what is refused has changed nothing.
 */
export class QuotaHeap implements Allocator {
  declare readonly traits: Traits;
  /** The largest block that there can be, in bytes: that of the heap. */
  declare readonly capacity: number;
  /** @internal */
  declare protected readonly core: Core;

  constructor(core: Core) {
    // Not enumerable: who prints or compares a context does not mean all its memory.
    Object.defineProperty(this, "core", { value: core, configurable: true });
    this.capacity = core.slab.capacity;
    this.traits = {
      name: "memory-context",
      maxAlignment: MAX_ALIGNMENT,
      reuse: true,
      resize: true,
      grows: false,
      shared: isShared(core.heap.buffer),
      threadSafe: false,
      returnsMemory: false,
      attachable: false,
    };
  }

  /** The memory that the offsets point into: the region's, or its own. Take views of blocks by `view`, which checks them. */
  get memory(): Memory {
    this.core.check();
    return this.core.place.memory;
  }

  /** Throws `QuotaExceededError`, and `OutOfMemoryError` where the reserved run has no room. O(1). */
  allocate(size: number, alignment?: number): Offset {
    const offset = this.tryAllocate(size, alignment);
    if (offset === NULL) throw refusal(this.core, size, alignment);
    return offset;
  }

  // In the three hot methods words of the heap's LAYOUT.md are written out as literals, as in its own. What a context adds to the heap's call,
  // of typed arrays and comparisons: allocate 2 (a page's entry, its class's size) and 6; free the same 2, and 4; a reallocation
  // that moves 4 and 8. On *components* one context for all costs 1.05 times its heap, 32 of them 1.1 to 1.2 times 32 heaps: what
  // they touch by turns is more than the first cache has room for.
  // tried: the heap's sizeOf instead of its words; measured: 1.5 to 3 times. A table of rooms by page, the context's own: as fast, but
  // where a page's slab has become another class's it is wrong. allocate without tryAllocate in it: as fast.
  tryAllocate(size: number, alignment?: number): Offset {
    const core = this.core;
    // Below the limit by more than any small block has? Then what it has can be seen when it is there.
    if (core.used <= core.easy && typeof size === "number" && size <= 16384 && alignment === undefined) {
      const offset = core.slab.tryAllocate(size);
      const w = core.words;
      const entry = w[600 /* TABLE */ + (((offset - core.base) | 0) >>> 12)];
      if (offset === 0 || !(entry > 0)) return this.settle(offset);
      core.used += w[((entry & 127) << 3) + 2 /* C_SIZE */];
      return offset;
    }
    return this.allocateAny(size, alignment);
  }

  /** No block; or one that is not seen, as it has pages of its own, or the memory has become another buffer. */
  private settle(offset: Offset): Offset {
    if (offset === NULL) this.core.shortage = 0;
    else this.core.charge(this.core.roomAt(offset));
    return offset;
  }

  /** What may cross a limit, is large or aligned. */
  private allocateAny(size: number, alignment: number | undefined): Offset {
    const core = this.core;
    core.check();
    this.checkSize(size);
    if (alignment !== undefined) checkAlignment(alignment, MAX_ALIGNMENT);
    return take(core, size, alignment, false);
  }

  free(offset: Offset): void {
    const core = this.core;
    if (typeof offset === "number") {
      const page = ((offset - core.base) | 0) >>> 12;
      if (page < core.open) {
        const w = core.words;
        const entry = w[600 /* TABLE */ + page];
        // A page of a slab? Then it is no child's, and the heap says what is wrong with the offset, if something is.
        if (entry > 0) {
          const room = w[((entry & 127) << 3) + 2 /* C_SIZE */];
          core.slab.free(offset);
          const used = core.used;
          if (used > core.peak) core.peak = used;
          core.used = used - room;
          return;
        }
      }
    }
    freeBlock(core, offset);
  }

  /** O(1). */
  sizeOf(offset: Offset): number {
    return live(this.core, offset);
  }

  /** As the heap's: a small block up to the room it has, a large one also longer and shorter. O(1). */
  resize(offset: Offset, size: number): boolean {
    const core = this.core;
    const before = live(core, offset);
    this.checkSize(size);
    if (core.isLarge(offset)) press(core, pagesFor(size) - before);
    // The user's code may have run.
    const room = live(core, offset);
    if (!core.isLarge(offset)) return size <= room;
    const more = pagesFor(size) - room;
    if (!allowsBlock(core, more) || !core.slab.resize(offset, size)) return false;
    core.charge(more);
    return true;
  }

  /** As the heap's. A block that moves is charged the difference: it needs no quota for both. As `resize`, or O(bytes). */
  reallocate(offset: Offset, size: number): Offset {
    const core = this.core;
    // Small before and afterwards, and below the limit by more than it can get? Then the heap does it, and what it got is seen then.
    if (core.used <= core.easy && typeof size === "number" && size <= 16384 && typeof offset === "number") {
      const page = ((offset - core.base) | 0) >>> 12;
      const entry = page < core.open ? core.words[600 /* TABLE */ + page] : 0;
      if (entry > 0) {
        const room = core.words[((entry & 127) << 3) + 2 /* C_SIZE */];
        const to = core.slab.reallocate(offset, size);
        if (to === offset) return to;
        const used = core.used;
        if (used > core.peak) core.peak = used;
        core.used = used + core.roomAt(to) - room;
        return to;
      }
    }
    return this.reallocateAny(offset, size);
  }

  /** What may cross a limit, is large or becomes it, or is no block. */
  private reallocateAny(offset: Offset, size: number): Offset {
    const core = this.core;
    live(core, offset);
    this.checkSize(size);
    for (let foreseen = 0; ; ) {
      press(core, this.target(offset, size, foreseen) - core.roomAt(offset));
      // The user's code may have run.
      const room = live(core, offset);
      const large = core.isLarge(offset);
      if (!large && size <= room) return offset;
      const more = this.target(offset, size, foreseen) - room;
      if (!allowsBlock(core, more)) throw refusal(core, size);
      if (large && core.slab.resize(offset, size)) {
        core.charge(more);
        return offset;
      }
      const to = core.slab.tryAllocate(size);
      core.shortage = 0;
      if (to === NULL) throw refusal(core, size);
      const got = core.roomAt(to) - room;
      if (got <= more || core.used + got <= (core.used + more > core.limit ? core.quota : core.limit)) {
        moveBlock(core.slab, offset, room, to, core.heap);
        core.charge(got);
        return to;
      }
      // There is no slab of its own class any more, and another one's crosses a limit.
      foreseen = core.roomAt(to);
      core.slab.free(to);
    }
  }

  /** The room that a block is to have once it is reallocated. */
  private target(offset: Offset, size: number, foreseen: number): number {
    return Math.max(foreseen, this.core.isLarge(offset) ? pagesFor(size) : roomFor(size));
  }

  /** As many as the quota and the heap have room for; notice that `soft` would be crossed is given once, before the first. */
  allocateMany(size: number, out: Offsets): number {
    const core = this.core;
    core.ready();
    this.checkSize(size);
    const { byteOffset, length, buffer } = checkOffsets(out);
    const isOwn = buffer === core.heap.buffer;
    press(core, length * roomFor(size));
    // The user's code may have run, and the memory have become another buffer: from here on it stays.
    core.ready();
    const isThere = isOwn && core.heap.buffer.byteLength >= byteOffset + 4 * length;
    const words = isThere ? renewed(out, byteOffset, length, core.heap) : out;
    if (words.length < length) throw new InvalidArgumentError("invalid offsets: their buffer has become shorter");
    for (let made = 0; made < length; made++) {
      const easy = core.used <= core.easy && size <= MOST_SMALL;
      const offset = easy ? this.tryAllocate(size) : take(core, size, undefined, true);
      if (offset === NULL) return made;
      words[made] = offset;
    }
    return length;
  }

  freeMany(offsets: Offsets, count?: number): void {
    const core = this.core;
    core.ready();
    const n = checkCount(count, offsets);
    let rooms = 0;
    for (let i = 0; i < n; i++) {
      const offset = offsets[i] >>> 0;
      if (isChild(core, offset)) throw new InvalidFreeError(offset);
      rooms += core.roomAt(offset);
    }
    try {
      core.slab.freeMany(offsets, n);
    } catch (error) {
      throw explainedMany(core, offsets, n, error);
    }
    core.charge(-rooms);
  }

  /** Ends every block; children stay. O(pages), and with children O(blocks). */
  reset(): void {
    const core = this.core;
    core.ready();
    if (core.inside.size === 0) core.slab.reset();
    else for (const { offset } of [...liveBlocks(core.current())]) if (!isChild(core, offset)) core.slab.free(offset);
    core.charge(core.granted - core.used);
  }

  /** Of its own heap. The bytes of children are reserved, and no blocks. O(pages + children). */
  stats(): AllocatorStats {
    const core = this.core;
    core.ready();
    const stats = core.slab.stats();
    return { ...stats, live: stats.live - core.inner, blocks: stats.blocks - core.inside.size };
  }

  /** Every invariant of the heap, and that what is charged is what is there. O(pages + children). */
  verify(): void {
    verifyCore(this.core);
  }

  /** A size is refused as no allocator's where it is above the run; where it is over the quota before that, that is what it is. */
  private checkSize(size: number): void {
    if (isUint32(size) && size <= this.capacity) return;
    const { quota, room } = this.core;
    if (!(isUint32(size) && size <= MAX_CAPACITY && quota < room)) checkSize(size, this.capacity);
  }
}
