import {
  type Allocator,
  type AllocatorStats,
  allocateMany,
  DEFAULT_ALIGNMENT,
  DoubleFreeError,
  InvalidBlockError,
  InvalidFreeError,
  type Memory,
  NULL,
  type Offset,
  type Offsets,
  type Traits,
} from "@ariax/allocator";
import {
  allocatorWords,
  checkAlignment,
  checkCount,
  checkSize,
  makeStats,
  outOfMemory,
  present,
  readOptions,
  resizeOrMove,
} from "@ariax/allocator/implement";
import { HEADER, Region } from "./region.ts";

const WORDS = /* @__PURE__ */ allocatorWords("this allocator", "post its memory.buffer");

/**
 * Phase 1, the simple original: one region, first fit, headers between the blocks. Of the original only its time is known,
 * 0.12 µs an allocation, and that it was simple; the rest is our reconstruction (`region.ts`).
 *
 * It tells double and invalid frees by its headers, and so as long as no block's contents look like one.
 */
export class PhaseOne implements Allocator {
  readonly memory: Memory;
  readonly capacity: number;
  readonly traits: Traits;
  protected readonly region: Region;

  /** @throws `HostMemoryError` where the host has no memory for it. */
  constructor(options: { readonly capacity: number }, name = "phase-1") {
    present(this, WORDS);
    this.region = new Region(readOptions(options, ["capacity"]).capacity);
    this.memory = this.region;
    this.capacity = this.region.buffer.byteLength;
    this.traits = {
      name,
      maxAlignment: 4096,
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
    checkSize(size, this.capacity);
    checkAlignment(alignment, this.traits.maxAlignment);
    const offset = this.region.take(size, alignment);
    if (offset === NULL) this.region.check();
    return offset;
  }

  free(offset: Offset): void {
    this.checkFree(offset);
    this.region.release(offset);
  }

  sizeOf(offset: Offset): number {
    this.checkLive(offset);
    return this.region.size(offset) - HEADER;
  }

  resize(offset: Offset, size: number): boolean {
    this.checkLive(offset);
    return this.region.resize(offset, checkSize(size, this.capacity));
  }

  reallocate(offset: Offset, size: number): Offset {
    return resizeOrMove(this, offset, size);
  }

  allocateMany(size: number, out: Offsets): number {
    checkSize(size, this.capacity);
    return allocateMany(this, size, out);
  }

  freeMany(offsets: Offsets, count?: number): void {
    const length = checkCount(count, offsets);
    const seen = new Set<Offset>();
    for (const word of offsets.subarray(0, length)) {
      const offset = word >>> 0;
      if (seen.has(offset)) throw new DoubleFreeError(offset);
      this.checkFree(offset);
      seen.add(offset);
    }
    for (const offset of seen) this.free(offset);
  }

  reset(): void {
    this.region.check();
    this.region.reset();
  }

  stats(): AllocatorStats {
    this.region.check();
    return makeStats({
      ...this.region.count(),
      committed: this.capacity,
      // The sentinel's header. Those of the blocks are in `reserved`.
      overhead: HEADER,
      peakReserved: this.region.peak,
    });
  }

  verify(): void {
    this.region.check();
    this.region.verify();
  }

  /** Does a live block begin there? */
  protected isLive(offset: Offset): boolean {
    return this.region.looksLive(offset);
  }

  /** Did one begin there that is free now? */
  protected wasFreed(offset: Offset): boolean {
    return this.region.looksFree(offset);
  }

  protected checkLive(offset: Offset): void {
    if (this.isLive(offset)) return;
    this.region.check();
    throw new InvalidBlockError(offset);
  }

  protected checkFree(offset: Offset): void {
    if (this.isLive(offset)) return;
    this.region.check();
    throw this.wasFreed(offset) ? new DoubleFreeError(offset) : new InvalidFreeError(offset);
  }
}
