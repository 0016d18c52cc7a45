/** Correct allocators with other traits than the reference has, so that every section has something to test. */
import { type AllocatorStats, DEFAULT_ALIGNMENT, type Memory, NULL, type Offset, type Traits } from "@ariax/allocator";
import { makeStats } from "@ariax/allocator/implement";
import { type Gap, ReferenceAllocator } from "../src/reference.ts";

/** Never reuses before `reset`: freed memory stays behind. */
export class Bump extends ReferenceAllocator {
  protected lost = 0;

  override get traits(): Traits {
    return { ...super.traits, name: "bump", reuse: false };
  }

  protected override release(start: number, end: number): void {
    this.lost += end - start;
  }

  protected override insert(offset: Offset, bytes: number): void {
    super.insert(offset, bytes);
    this.peak = Math.max(this.peak, this.live + this.lost);
  }

  override reset(): void {
    super.reset();
    this.lost = 0;
  }

  override stats(): AllocatorStats {
    const { fragmentation, classes, ...fields } = super.stats();
    return makeStats({ ...fields, reserved: this.live + this.lost, free: fields.free - this.lost });
  }

  override verify(): void {}
}

/** Forgets the blocks whose place another one takes: it calls their double free an invalid one, as it may. */
export class Forgetful extends ReferenceAllocator {
  override get traits(): Traits {
    return { ...super.traits, name: "forgetful" };
  }

  protected override insert(offset: Offset, bytes: number): void {
    super.insert(offset, bytes);
    for (let p = offset + 8; p < offset + bytes; p += 8) this.freed.delete(p);
  }
}

/**
 * Keeps the latest few freed blocks at hand, each for the next of its size, and in the way of larger ones: what an empty heap
 * holds goes up and down, and nothing is lost.
 */
export class Keeping extends ReferenceAllocator {
  private kept: Gap[] = [];

  override get traits(): Traits {
    return { ...super.traits, name: "keeping" };
  }

  override tryAllocate(size: number, alignment: number = DEFAULT_ALIGNMENT): Offset {
    const i =
      alignment === DEFAULT_ALIGNMENT ? this.kept.findIndex(({ start, end }) => end - start === this.round(size)) : -1;
    if (i < 0) return super.tryAllocate(size, alignment);
    const [{ start, end }] = this.kept.splice(i, 1);
    this.insert(start, end - start);
    return start;
  }

  protected override release(start: number, end: number): void {
    this.kept.push({ start, end });
    const goes = end - start > 4096 ? this.kept.pop() : this.kept.length > 4 ? this.kept.shift() : undefined;
    if (goes !== undefined) super.release(goes.start, goes.end);
  }

  override reset(): void {
    super.reset();
    this.kept = [];
  }

  override stats(): AllocatorStats {
    const { fragmentation, classes, ...fields } = super.stats();
    const kept = this.kept.reduce((sum, { start, end }) => sum + end - start, 0);
    const reserved = this.live + kept;
    this.peak = Math.max(this.peak, reserved);
    return makeStats({ ...fields, reserved, peakReserved: this.peak, free: fields.free - kept });
  }

  override verify(): void {}
}

/** Begins with an eighth of its capacity and doubles the buffer when it must: the one before is detached, as WebAssembly's is. */
export class Growing extends ReferenceAllocator {
  declare readonly memory: { buffer: ArrayBuffer };

  constructor(capacity: number) {
    super(capacity);
    this.memory.buffer = new ArrayBuffer(this.capacity / 8);
    this.reset();
  }

  override get traits(): Traits {
    return { ...super.traits, name: "growing", grows: true, returnsMemory: true };
  }

  override tryAllocate(size: number, alignment?: number): Offset {
    const offset = super.tryAllocate(size, alignment);
    if (offset !== NULL) return offset;
    const { byteLength } = this.memory.buffer;
    const bytes = Math.min(this.capacity, Math.max(2 * byteLength, byteLength + this.round(size) + (alignment ?? 8)));
    const before = this.gaps.at(-1)?.end === byteLength ? this.gaps.at(-1)!.end - this.gaps.at(-1)!.start : 0;
    if (bytes - byteLength + before < this.round(size) + (alignment ?? 8)) return NULL;
    this.grow(bytes);
    return super.tryAllocate(size, alignment);
  }

  override free(offset: Offset): void {
    super.free(offset);
    if (this.blocks.size === 0) {
      this.memory.buffer = new ArrayBuffer(this.capacity / 8);
      this.gaps = [{ start: 8, end: this.end }];
    }
  }

  protected grow(bytes: number): void {
    const { byteLength } = this.memory.buffer;
    this.memory.buffer = this.moved(bytes);
    this.release(byteLength, bytes);
  }

  protected moved(bytes: number): ArrayBuffer {
    return this.memory.buffer.transfer(bytes);
  }
}

/** Over a SharedArrayBuffer, and with all its state in the memory's last quarter, as text. */
export class Attachable extends ReferenceAllocator {
  declare readonly memory: { buffer: ArrayBufferLike };

  constructor(capacity: number, memory: Memory = { buffer: new SharedArrayBuffer(capacity) }) {
    super((capacity / 4) * 3);
    this.memory.buffer = memory.buffer;
    this.reset();
  }

  static attach(buffer: ArrayBufferLike): Attachable {
    const bytes = new Uint8Array(buffer).slice((buffer.byteLength / 4) * 3);
    const state = JSON.parse(new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0))));
    const heap = new Attachable(buffer.byteLength, { buffer });
    heap.gaps = state.gaps;
    for (const [offset, bytes] of state.blocks) heap.insert(offset, bytes);
    return heap;
  }

  override get traits(): Traits {
    return { ...super.traits, name: "attachable", shared: true, attachable: true };
  }

  override tryAllocate(size: number, alignment?: number): Offset {
    const offset = super.tryAllocate(size, alignment);
    this.save();
    return offset;
  }

  override free(offset: Offset): void {
    super.free(offset);
    this.save();
  }

  /** Only what `attach` needs; called where the suite's test of it can see it. */
  protected save(): void {
    if (this.blocks.size > 20) return;
    const text = new TextEncoder().encode(`${JSON.stringify({ gaps: this.gaps, blocks: [...this.blocks] })}\0`);
    new Uint8Array(this.memory.buffer).set(text, this.capacity);
  }

  protected override get end(): number {
    return this.capacity;
  }
}
