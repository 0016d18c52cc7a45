import {
  type Allocator,
  type AllocatorStats,
  DoubleFreeError,
  InvalidBlockError,
  NULL,
  type Offset,
  OutOfMemoryError,
  reallocate,
  type Traits,
} from "@ariax/allocator";
import { checkSize, makeStats } from "@ariax/allocator/implement";

/** Blocks of powers of two from 16 bytes on, one list of free ones for each: the least that can be replayed on. */
export class SimpleAllocator implements Allocator {
  readonly traits: Traits = {
    name: "simple",
    maxAlignment: 8,
    reuse: true,
    resize: false,
    grows: false,
    shared: false,
    threadSafe: false,
    returnsMemory: false,
    attachable: false,
  };
  readonly memory: { buffer: ArrayBuffer };
  readonly live: Map<Offset, number> = new Map();
  private readonly spare: Map<number, Offset[]> = new Map();
  private top = 16;

  constructor(capacity: number) {
    this.memory = { buffer: new ArrayBuffer(capacity) };
  }

  allocate(size: number): Offset {
    const offset = this.tryAllocate(size);
    if (offset === NULL) throw new OutOfMemoryError(size, 8, this.memory.buffer.byteLength);
    return offset;
  }

  tryAllocate(size: number): Offset {
    checkSize(size, this.memory.buffer.byteLength);
    const room = this.roomFor(size);
    let offset = this.spare.get(room)?.pop() ?? NULL;
    if (offset === NULL) {
      if (this.top + room > this.memory.buffer.byteLength) return NULL;
      offset = this.top;
      this.top += room;
    }
    this.live.set(offset, room);
    return offset;
  }

  roomFor(size: number): number {
    return Math.max(16, 2 ** Math.ceil(Math.log2(size || 1)));
  }

  resize(offset: Offset, size: number): boolean {
    return size <= this.sizeOf(offset);
  }

  reallocate(offset: Offset, size: number): Offset {
    return reallocate(this, offset, size);
  }

  free(offset: Offset): void {
    const room = this.live.get(offset);
    if (room === undefined) throw new DoubleFreeError(offset);
    this.live.delete(offset);
    const list = this.spare.get(room);
    if (list === undefined) this.spare.set(room, [offset]);
    else list.push(offset);
  }

  sizeOf(offset: Offset): number {
    const room = this.live.get(offset);
    if (room === undefined) throw new InvalidBlockError(offset);
    return room;
  }

  allocateMany(size: number, out: Int32Array): number {
    for (let i = 0; i < out.length; i++) {
      if ((out[i] = this.tryAllocate(size)) === NULL) return i;
    }
    return out.length;
  }

  freeMany(offsets: Int32Array, count: number = offsets.length): void {
    for (const offset of offsets.subarray(0, count)) this.free(offset);
  }

  reset(): void {
    this.live.clear();
    this.spare.clear();
    this.top = 16;
  }

  stats(): AllocatorStats {
    return makeStats({ blocks: this.live.size });
  }

  verify(): void {}
}
