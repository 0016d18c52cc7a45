/** `@thi.ng/malloc` behind the contract: as thin as it goes, so that what the suite finds is its own. */
import {
  type Allocator,
  type AllocatorStats,
  CorruptionError,
  DoubleFreeError,
  InvalidBlockError,
  InvalidFreeError,
  NULL,
  type Offset,
  type Offsets,
  reallocate,
  type Traits,
} from "@ariax/allocator";
import {
  checkAlignment,
  checkCount,
  checkOffsets,
  checkSize,
  makeStats,
  outOfMemory,
} from "@ariax/allocator/implement";
import { MemPool } from "@thi.ng/malloc";

/** Bytes in front of each block: its size and the next in its list. */
const HEADER = 8;

export class ThiNg implements Allocator {
  readonly pool: MemPool;
  readonly memory: { readonly buffer: ArrayBufferLike };
  readonly capacity: number;
  readonly #freed = new Set<Offset>();
  #peak = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.pool = new MemPool({ size: capacity });
    this.memory = { buffer: this.pool.buf };
  }

  get traits(): Traits {
    return {
      name: "@thi.ng/malloc",
      maxAlignment: 8,
      reuse: true,
      resize: false,
      grows: false,
      shared: false,
      threadSafe: false,
      returnsMemory: false,
      attachable: false,
    };
  }

  allocate(size: number, alignment: number = 8): Offset {
    const offset = this.tryAllocate(size, alignment);
    if (offset === NULL) throw outOfMemory(this, size, alignment);
    return offset;
  }

  tryAllocate(size: number, alignment: number = 8): Offset {
    checkSize(size, this.capacity);
    checkAlignment(alignment, 8);
    const offset = this.pool.malloc(Math.max(1, size));
    this.#freed.delete(offset);
    return offset;
  }

  /** It has none: true only where there is nothing to do. */
  resize(offset: Offset, size: number): boolean {
    return checkSize(size, this.capacity) <= this.sizeOf(offset);
  }

  reallocate(offset: Offset, size: number): Offset {
    return reallocate(this, offset, size);
  }

  free(offset: Offset): void {
    if (typeof offset === "number" && this.pool.free(offset)) this.#freed.add(offset);
    else throw this.#freed.has(offset) ? new DoubleFreeError(offset) : new InvalidFreeError(offset);
  }

  sizeOf(offset: Offset): number {
    for (const block of this.#used()) if (block.offset === offset) return block.bytes;
    throw new InvalidBlockError(offset);
  }

  allocateMany(size: number, out: Offsets): number {
    checkSize(size, this.capacity);
    checkOffsets(out);
    for (let i = 0; i < out.length; i++) if ((out[i] = this.tryAllocate(size)) === NULL) return i;
    return out.length;
  }

  freeMany(offsets: Offsets, count?: number): void {
    const length = checkCount(count, offsets);
    const list = offsets.subarray(0, length);
    const live = new Set([...this.#used()].map(({ offset }) => offset));
    for (const word of list) {
      if (live.delete(word >>> 0)) continue;
      const again = this.#freed.has(word >>> 0) || list.indexOf(word) !== list.lastIndexOf(word);
      throw again ? new DoubleFreeError(word >>> 0) : new InvalidFreeError(word >>> 0);
    }
    for (const word of list) this.free(word >>> 0);
  }

  reset(): void {
    this.pool.freeAll();
    this.#freed.clear();
  }

  stats(): AllocatorStats {
    const { used, free, available } = this.pool.stats();
    const live = used.size - HEADER * used.count;
    this.#peak = Math.max(this.#peak, used.size);
    return makeStats({
      committed: this.capacity,
      overhead: this.capacity - used.size - available,
      reserved: used.size,
      peakReserved: this.#peak,
      live,
      free: available,
      largestFree: available - free.size,
      blocks: used.count,
    });
  }

  verify(): void {
    const blocks = [...this.#used()].sort((a, b) => a.offset - b.offset);
    for (const [i, { offset, bytes }] of blocks.entries()) {
      const next = blocks[i + 1];
      if (next && offset + bytes > next.offset - HEADER) throw new CorruptionError(`${offset} overlaps ${next.offset}`);
    }
  }

  /** Its list of used blocks. */
  *#used(): Generator<{ readonly offset: Offset; readonly bytes: number }> {
    const words = new Uint32Array(this.memory.buffer);
    const { _used } = this.pool as unknown as { readonly _used: number };
    for (let block = _used; block !== 0; block = words[block / 4 + 1]) {
      yield { offset: block + HEADER, bytes: words[block / 4] - HEADER };
    }
  }
}

/** The same with the `realloc` that it brings. */
export class ThiNgRealloc extends ThiNg {
  override reallocate(offset: Offset, size: number): Offset {
    checkSize(size, this.capacity);
    this.sizeOf(offset);
    const moved = this.pool.realloc(offset, Math.max(1, size));
    if (moved === NULL) throw outOfMemory(this, size);
    return moved;
  }
}
