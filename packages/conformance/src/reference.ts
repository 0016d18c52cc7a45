import {
  type Allocator,
  type AllocatorStats,
  allocateMany,
  CorruptionError,
  DEFAULT_ALIGNMENT,
  DetachedError,
  DoubleFreeError,
  InvalidBlockError,
  InvalidFreeError,
  MAX_CAPACITY,
  type Memory,
  NULL,
  type Offset,
  type Offsets,
  reallocate,
  type Traits,
} from "@ariax/allocator";
import {
  checkAlignment,
  checkCount,
  checkInteger,
  checkSize,
  makeStats,
  newBuffer,
  outOfMemory,
} from "@ariax/allocator/implement";

/** Sizes are rounded up to this, so that offsets stay aligned. */
const QUANTUM = 8;

/** Free bytes from `start` to before `end`. */
export interface Gap {
  start: number;
  end: number;
}

/**
 * The contract, as simply as it can be kept: first fit over an `ArrayBuffer`, all bookkeeping outside of it. It is here
 * to be read, and to be broken in tests; it is slow.
 *
 *     memory   │NULL│ block      │ gap  │ block   │ gap             │
 *     blocks   Map offset → bytes         gaps   [{ start, end }, …] lowest first, never touching
 *
 * Cost: allocate O(gaps), free O(gaps), sizeOf O(1).
 */
export class ReferenceAllocator implements Allocator {
  readonly memory: Memory;
  readonly capacity: number;
  /** Live blocks: their bytes by offset. */
  protected readonly blocks: Map<Offset, number> = new Map();
  /** Offsets of blocks that are free again: freeing them once more is a double free. */
  protected readonly freed: Set<Offset> = new Set();
  protected gaps: Gap[] = [];
  protected live = 0;
  protected peak = 0;

  /** @throws `HostMemoryError` where the host has no memory for it. */
  constructor(capacity: number) {
    checkInteger("capacity", capacity, 2 * QUANTUM, MAX_CAPACITY);
    this.capacity = capacity - (capacity % QUANTUM);
    this.memory = { buffer: newBuffer(this.capacity) };
    this.reset();
  }

  get traits(): Traits {
    return {
      name: "reference",
      maxAlignment: 65536,
      reuse: true,
      resize: true,
      grows: false,
      shared: false,
      threadSafe: false,
      returnsMemory: false,
      attachable: false,
    };
  }

  allocate(size: number, alignment: number = DEFAULT_ALIGNMENT): Offset {
    const offset = this.tryAllocate(size, alignment);
    if (offset === NULL) throw outOfMemory(this, size, alignment);
    return offset;
  }

  tryAllocate(size: number, alignment: number = DEFAULT_ALIGNMENT): Offset {
    const bytes = this.round(checkSize(size, this.capacity));
    checkAlignment(alignment, this.traits.maxAlignment);
    this.checkMemory();
    for (const [i, gap] of this.gaps.entries()) {
      const start = alignUp(gap.start, alignment);
      if (start + bytes > gap.end) continue;
      this.cut(i, start, start + bytes);
      this.insert(start, bytes);
      return start;
    }
    return NULL;
  }

  resize(offset: Offset, size: number): boolean {
    const before = this.sizeOf(offset);
    const bytes = this.round(checkSize(size, this.capacity));
    this.checkMemory();
    if (bytes < before) this.release(offset + bytes, offset + before);
    if (bytes > before) {
      const i = this.gaps.findIndex((gap) => gap.start === offset + before);
      if (i < 0 || this.gaps[i].end < offset + bytes) return false;
      this.cut(i, offset + before, offset + bytes);
    }
    this.remove(offset);
    this.insert(offset, bytes);
    return true;
  }

  reallocate(offset: Offset, size: number): Offset {
    return reallocate(this, offset, size);
  }

  free(offset: Offset): void {
    this.checkFree(offset);
    const bytes = this.sizeOf(offset);
    this.remove(offset);
    this.freed.add(offset);
    this.release(offset, offset + bytes);
  }

  sizeOf(offset: Offset): number {
    const bytes = this.blocks.get(offset);
    if (bytes === undefined) throw new InvalidBlockError(offset);
    return bytes;
  }

  allocateMany(size: number, out: Offsets): number {
    checkSize(size, this.capacity);
    return allocateMany(this, size, out);
  }

  freeMany(offsets: Offsets, count?: number): void {
    const seen = new Set<Offset>();
    const length = checkCount(count, offsets);
    for (const word of offsets.subarray(0, length)) {
      const offset = word >>> 0;
      if (seen.has(offset)) throw new DoubleFreeError(offset);
      this.checkFree(offset);
      seen.add(offset);
    }
    for (const offset of seen) this.free(offset);
  }

  reset(): void {
    this.checkMemory();
    this.blocks.clear();
    this.freed.clear();
    this.live = 0;
    this.gaps = [{ start: QUANTUM, end: this.end }];
  }

  stats(): AllocatorStats {
    this.checkMemory();
    const largestFree = this.gaps.reduce((most, gap) => Math.max(most, gap.end - gap.start), 0);
    return makeStats({
      committed: this.end,
      overhead: QUANTUM,
      reserved: this.live,
      peakReserved: this.peak,
      live: this.live,
      free: this.end - QUANTUM - this.live,
      largestFree,
      blocks: this.blocks.size,
    });
  }

  /** Blocks and gaps tile the memory, and no two gaps touch. */
  verify(): void {
    this.checkMemory();
    const blocks = [...this.blocks].map(([start, bytes]) => ({ start, end: start + bytes, gap: false }));
    const tiles = [...blocks, ...this.gaps.map((gap) => ({ ...gap, gap: true }))].sort((a, b) => a.start - b.start);
    let end = QUANTUM;
    let afterGap = false;
    for (const tile of tiles) {
      if (tile.start !== end) throw new CorruptionError(`a piece ends at ${end}, the next begins at ${tile.start}`);
      if (tile.gap && afterGap) throw new CorruptionError(`two gaps touch at ${end}`);
      end = tile.end;
      afterGap = tile.gap;
    }
    if (end !== this.end) throw new CorruptionError(`the last piece ends at ${end}`);
  }

  /** Where blocks must end. */
  protected get end(): number {
    return this.memory.buffer.byteLength;
  }

  protected round(size: number): number {
    return Math.max(QUANTUM, alignUp(size, QUANTUM));
  }

  protected checkFree(offset: Offset): void {
    this.checkMemory();
    if (this.blocks.has(offset)) return;
    throw this.freed.has(offset) ? new DoubleFreeError(offset) : new InvalidFreeError(offset);
  }

  /** Throws `DetachedError` where the memory is gone: no offset is given out where there is no byte. */
  protected checkMemory(): void {
    if (this.memory.buffer.byteLength === 0) throw new DetachedError();
  }

  protected insert(offset: Offset, bytes: number): void {
    this.blocks.set(offset, bytes);
    this.freed.delete(offset);
    this.live += bytes;
    this.peak = Math.max(this.peak, this.live);
  }

  protected remove(offset: Offset): void {
    this.live -= this.blocks.get(offset)!;
    this.blocks.delete(offset);
  }

  /** Takes `start` to `end` out of gap `i`. What remains on either side stays a gap. */
  protected cut(i: number, start: number, end: number): void {
    const gap = this.gaps[i];
    const rest: Gap[] = [];
    if (gap.start < start) rest.push({ start: gap.start, end: start });
    if (end < gap.end) rest.push({ start: end, end: gap.end });
    this.gaps.splice(i, 1, ...rest);
  }

  /** Makes `start` to `end` a gap, one with those it touches. */
  protected release(start: number, end: number): void {
    let i = this.gaps.findIndex((gap) => gap.start >= end);
    if (i < 0) i = this.gaps.length;
    const left = this.gaps[i - 1];
    const right = this.gaps[i];
    const joins = { left: left?.end === start, right: right?.start === end };
    if (joins.left && joins.right) {
      left.end = right.end;
      this.gaps.splice(i, 1);
    } else if (joins.left) left.end = end;
    else if (joins.right) right.start = start;
    else this.gaps.splice(i, 0, { start, end });
  }
}

function alignUp(n: number, alignment: number): number {
  return Math.ceil(n / alignment) * alignment;
}
