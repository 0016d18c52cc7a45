import { checkAlignment, checkCount, checkSize, makeStats, outOfMemory } from "../src/implement.ts";
import {
  type Allocator,
  type AllocatorStats,
  DEFAULT_ALIGNMENT,
  DoubleFreeError,
  InvalidBlockError,
  InvalidFreeError,
  NULL,
  type Offset,
  type Offsets,
  reallocate,
  type Traits,
} from "../src/index.ts";

const FIRST = 64;

/**
 * The smallest honest allocator, for the tests of what stands above the contract: it bumps, keeps its books in a `Map`,
 * and grows as WASM memory does: the old buffer is detached and a new one takes its place.
 */
export class TinyAllocator implements Allocator {
  readonly memory: { buffer: ArrayBuffer };
  readonly traits: Traits = {
    name: "tiny",
    maxAlignment: 4096,
    reuse: false,
    resize: true,
    grows: true,
    shared: false,
    threadSafe: false,
    returnsMemory: false,
    attachable: false,
  };
  readonly capacity: number;
  /** Size of each live block; −1 for a freed one. */
  readonly blocks: Map<Offset, number> = new Map();
  private top = FIRST;

  constructor(initial: number, capacity: number) {
    this.memory = { buffer: new ArrayBuffer(initial) };
    this.capacity = capacity;
  }

  allocate(size: number, alignment: number = DEFAULT_ALIGNMENT): Offset {
    const offset = this.tryAllocate(size, alignment);
    if (offset === NULL) throw outOfMemory(this, size, alignment);
    return offset;
  }

  tryAllocate(size: number, alignment: number = DEFAULT_ALIGNMENT): Offset {
    checkSize(size, this.capacity);
    checkAlignment(alignment, this.traits.maxAlignment);
    const offset = Math.ceil(this.top / alignment) * alignment;
    if (!this.reserve(offset + size)) return NULL;
    this.blocks.set(offset, size);
    return offset;
  }

  resize(offset: Offset, size: number): boolean {
    const old = this.sizeOf(offset);
    checkSize(size, this.capacity);
    if (size > old && (offset + old !== this.top || !this.reserve(offset + size))) return false;
    this.blocks.set(offset, size);
    return true;
  }

  reallocate(offset: Offset, size: number): Offset {
    return reallocate(this, offset, size);
  }

  free(offset: Offset): void {
    const size = this.blocks.get(offset);
    if (size === undefined) throw new InvalidFreeError(offset);
    if (size < 0) throw new DoubleFreeError(offset);
    this.blocks.set(offset, -1);
  }

  sizeOf(offset: Offset): number {
    const size = this.blocks.get(offset) ?? -1;
    if (size < 0) throw new InvalidBlockError(offset);
    return size;
  }

  allocateMany(size: number, out: Offsets): number {
    let made = 0;
    for (let offset: Offset; made < out.length && (offset = this.tryAllocate(size)) !== NULL; made++) {
      out[made] = offset;
    }
    return made;
  }

  freeMany(offsets: Offsets, count?: number): void {
    for (let i = 0; i < checkCount(count, offsets); i++) this.free(offsets[i] >>> 0);
  }

  reset(): void {
    this.blocks.clear();
    this.top = FIRST;
  }

  stats(): AllocatorStats {
    const live = [...this.blocks.values()].filter((size) => size >= 0);
    return makeStats({ blocks: live.length, live: live.reduce((sum, size) => sum + size, 0) });
  }

  verify(): void {}

  /** Makes the memory reach `end` bytes at least. */
  private reserve(end: number): boolean {
    if (end > this.capacity) return false;
    const { buffer } = this.memory;
    if (end > buffer.byteLength) {
      this.memory.buffer = buffer.transfer(Math.min(this.capacity, Math.max(end, 2 * buffer.byteLength)));
    }
    // a block of 0 bytes takes a byte, so that it is distinct
    this.top = Math.max(this.top + 1, end);
    return true;
  }
}
