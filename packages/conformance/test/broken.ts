/**
 * Allocators that are wrong on purpose, each in one way, each a few lines over one that is right. They keep the suite
 * honest: it must fail every one of them. Several switch `verify` off, as a real allocator with the same bug might not
 * notice either.
 */
import {
  type Allocator,
  type AllocatorStats,
  checkAlignment,
  InvalidFreeError,
  NULL,
  type Offset,
  type Traits,
} from "@ariax/allocator";
import { ReferenceAllocator } from "../src/reference.ts";
import { Attachable, Bump, Growing } from "./variants.ts";

/** A broken allocator, what is wrong with it, and the sections that must find it. */
export interface Broken {
  readonly fault: string;
  readonly by: readonly string[];
  readonly create: (capacity: number) => Allocator;
}

class Overlapping extends ReferenceAllocator {
  protected override cut(i: number, start: number, end: number): void {
    super.cut(i, start, end - start > 64 ? end - 8 : end);
  }
  override verify(): void {}
}

class Short extends ReferenceAllocator {
  protected override round(size: number): number {
    return Math.max(8, size - (size % 8));
  }
}

class OffByOne extends ReferenceAllocator {
  protected override get end(): number {
    return super.end + 8;
  }
}

class Misaligned extends ReferenceAllocator {
  override tryAllocate(size: number, alignment: number = 8): Offset {
    return super.tryAllocate(size, Math.min(checkAlignment(alignment, this.traits.maxAlignment), 32));
  }
}

class Leaking extends ReferenceAllocator {
  protected override release(start: number, end: number): void {
    if (end - start < 1000) super.release(start, end);
  }
  override verify(): void {}
}

class LeakingShrink extends ReferenceAllocator {
  #shrinks = false;
  override resize(offset: Offset, size: number): boolean {
    this.#shrinks = true;
    const done = super.resize(offset, size);
    this.#shrinks = false;
    return done;
  }
  protected override release(start: number, end: number): void {
    if (!this.#shrinks) super.release(start, end);
  }
  override verify(): void {}
}

class NeverCoalescing extends ReferenceAllocator {
  protected override release(start: number, end: number): void {
    const i = this.gaps.findIndex((gap) => gap.start > start);
    this.gaps.splice(i < 0 ? this.gaps.length : i, 0, { start, end });
  }
  override verify(): void {}
}

class ForgetfulReallocate extends ReferenceAllocator {
  override reallocate(offset: Offset, size: number): Offset {
    if (this.resize(offset, size)) return offset;
    const moved = this.allocate(size);
    this.free(offset);
    return moved;
  }
}

class ShortCopy extends ReferenceAllocator {
  override reallocate(offset: Offset, size: number): Offset {
    if (this.resize(offset, size)) return offset;
    const moved = this.allocate(size);
    new Uint8Array(this.memory.buffer).copyWithin(moved, offset, offset + this.sizeOf(offset) - 1);
    this.free(offset);
    return moved;
  }
}

class LeakingReallocate extends ReferenceAllocator {
  override reallocate(offset: Offset, size: number): Offset {
    if (this.resize(offset, size)) return offset;
    const moved = this.allocate(size);
    new Uint8Array(this.memory.buffer).copyWithin(moved, offset, offset + this.sizeOf(offset));
    return moved;
  }
}

class FreesBeforeMoving extends ReferenceAllocator {
  override reallocate(offset: Offset, size: number): Offset {
    if (this.resize(offset, size)) return offset;
    const bytes = this.sizeOf(offset);
    this.free(offset);
    const moved = this.allocate(size);
    new Uint8Array(this.memory.buffer).copyWithin(moved, offset, offset + Math.min(bytes, size));
    return moved;
  }
}

class MovingResize extends ReferenceAllocator {
  override resize(offset: Offset, size: number): boolean {
    if (super.resize(offset, size)) return true;
    const moved = this.tryAllocate(size);
    if (moved !== NULL) this.free(offset);
    return moved !== NULL;
  }
}

class LyingResize extends ReferenceAllocator {
  override resize(offset: Offset, size: number): boolean {
    super.resize(offset, size);
    return true;
  }
}

class ShrinkKeepsSize extends ReferenceAllocator {
  override resize(offset: Offset, size: number): boolean {
    const before = this.sizeOf(offset);
    const done = super.resize(offset, size);
    if (this.sizeOf(offset) < before) {
      this.remove(offset);
      this.insert(offset, before);
    }
    return done;
  }
  override verify(): void {}
}

class AcceptsDoubleFree extends ReferenceAllocator {
  override free(offset: Offset): void {
    if (!this.freed.has(offset)) super.free(offset);
  }
}

class AcceptsInterior extends ReferenceAllocator {
  override free(offset: Offset): void {
    const inside = [...this.blocks].find(([start, bytes]) => offset > start && offset < start + bytes);
    super.free(inside?.[0] ?? offset);
  }
}

class AcceptsStrings extends ReferenceAllocator {
  override free(offset: Offset): void {
    super.free(typeof offset === "string" ? Number(offset) : offset);
  }
}

class Wraps extends ReferenceAllocator {
  override free(offset: Offset): void {
    super.free(offset >>> 0);
  }
}

class NullIsFreed extends ReferenceAllocator {
  override free(offset: Offset): void {
    if (offset !== NULL) super.free(offset);
  }
}

class VagueErrors extends ReferenceAllocator {
  protected override checkFree(offset: Offset): void {
    if (!this.blocks.has(offset)) throw new InvalidFreeError(offset);
  }
}

class HalfFreeMany extends ReferenceAllocator {
  override freeMany(offsets: Int32Array, count: number = offsets.length): void {
    super.freeMany(offsets, 0);
    for (const offset of offsets.subarray(0, count)) this.free(offset >>> 0);
  }
}

class BlindToDuplicates extends ReferenceAllocator {
  override freeMany(offsets: Int32Array, count?: number): void {
    const once = new Set(offsets.subarray(0, count));
    super.freeMany(Int32Array.from(once));
  }
}

class OptimisticMany extends ReferenceAllocator {
  override allocateMany(size: number, out: Int32Array): number {
    const made = super.allocateMany(size, out);
    return made < out.length ? made + 1 : made;
  }
}

class DriftingStats extends ReferenceAllocator {
  protected override remove(offset: Offset): void {
    const bytes = this.blocks.get(offset)!;
    super.remove(offset);
    if (bytes === 40) this.live += 8;
  }
}

class CountsFailures extends ReferenceAllocator {
  #failed = 0;
  override tryAllocate(size: number, alignment?: number): Offset {
    const offset = super.tryAllocate(size, alignment);
    if (offset === NULL) this.#failed++;
    return offset;
  }
  override stats(): AllocatorStats {
    const stats = super.stats();
    return { ...stats, overhead: stats.overhead + this.#failed, committed: stats.committed + this.#failed };
  }
}

class ResetKeepsStats extends ReferenceAllocator {
  override reset(): void {
    const { live } = this;
    super.reset();
    this.live = live ?? 0;
  }
}

class Scribbles extends ReferenceAllocator {
  override free(offset: Offset): void {
    super.free(offset);
    new Uint8Array(this.memory.buffer)[offset - 1] ^= 0xff;
  }
}

class ThrowsWhenFull extends ReferenceAllocator {
  override tryAllocate(size: number, alignment?: number): Offset {
    const offset = super.tryAllocate(size, alignment);
    if (offset === NULL) throw new RangeError("full");
    return offset;
  }
}

/** Right until many blocks are live. */
class WrongWhenCrowded extends ReferenceAllocator {
  override resize(offset: Offset, size: number): boolean {
    return super.resize(offset, this.blocks.size > 300 && size > 1000 ? size - 8 : size);
  }
}

class ClaimsShared extends ReferenceAllocator {
  override get traits(): Traits {
    return { ...super.traits, shared: true };
  }
}

class ClaimsReuse extends Bump {
  override get traits(): Traits {
    return { ...super.traits, reuse: true };
  }
}

class ClaimsResize extends ReferenceAllocator {
  override resize(offset: Offset, size: number): boolean {
    return size <= this.sizeOf(offset) && super.resize(offset, size);
  }
}

class ClaimsAttach extends ReferenceAllocator {
  override get traits(): Traits {
    return { ...super.traits, attachable: true };
  }
}

class AttachesLess extends Attachable {
  static override attach(buffer: ArrayBufferLike): Attachable {
    const heap = super.attach(buffer);
    heap.free(8);
    return heap;
  }
}

class ClaimsGrowth extends ReferenceAllocator {
  override get traits(): Traits {
    return { ...super.traits, grows: true };
  }
}

class ForgetfulGrowth extends Growing {
  protected override moved(bytes: number): ArrayBuffer {
    return new ArrayBuffer(bytes);
  }
}

class GrowsInVain extends Growing {
  override tryAllocate(size: number, alignment?: number): Offset {
    const offset = super.tryAllocate(size, alignment);
    if (offset === NULL && this.end < this.capacity) this.grow(this.capacity);
    return offset;
  }
}

function broken(type: new (capacity: number) => Allocator, fault: string, ...by: readonly string[]): Broken {
  return { fault, by, create: (capacity) => new type(capacity) };
}

export const BROKEN: readonly Broken[] = [
  broken(Overlapping, "blocks overlap", "contract", "model"),
  broken(Short, "blocks are shorter than asked for", "contract", "model"),
  broken(OffByOne, "the last block ends beyond the memory", "contract", "leak"),
  broken(Misaligned, "alignments above 32 are ignored", "contract", "traits"),
  broken(Leaking, "large blocks are not reused", "traits", "leak"),
  broken(LeakingShrink, "what shrinking frees is lost", "leak"),
  broken(NeverCoalescing, "free neighbours stay apart", "leak"),
  broken(ForgetfulReallocate, "reallocate loses the contents", "contract", "model"),
  broken(ShortCopy, "reallocate loses the last byte", "contract", "model"),
  broken(LeakingReallocate, "reallocate does not free the old block", "contract", "model"),
  broken(FreesBeforeMoving, "reallocate without room loses the block", "contract", "failure", "model"),
  broken(MovingResize, "resize moves", "contract", "model"),
  broken(LyingResize, "resize says that it did what it did not", "contract", "model"),
  broken(ShrinkKeepsSize, "a shrunk block keeps its size", "model"),
  broken(AcceptsDoubleFree, "a double free is accepted", "contract", "misuse", "model"),
  broken(AcceptsInterior, "a free of an interior pointer is accepted", "contract", "misuse", "model"),
  broken(AcceptsStrings, "a free of a string is accepted", "misuse"),
  broken(Wraps, "offsets wrap at 2³²", "misuse"),
  broken(NullIsFreed, "a free of NULL is accepted", "misuse"),
  broken(VagueErrors, "a double free is called an invalid free", "contract", "misuse"),
  broken(HalfFreeMany, "freeMany frees what comes before a bad offset", "contract", "misuse", "model"),
  broken(BlindToDuplicates, "freeMany accepts an offset twice", "contract", "misuse", "model"),
  broken(OptimisticMany, "allocateMany counts one too many", "contract", "failure"),
  broken(DriftingStats, "stats drift", "contract", "model"),
  broken(CountsFailures, "failed calls leave traces in the stats", "failure"),
  broken(ResetKeepsStats, "reset forgets the stats", "contract"),
  broken(Scribbles, "free writes to its neighbour", "contract", "model"),
  broken(ThrowsWhenFull, "tryAllocate throws when there is no room", "contract", "failure"),
  broken(WrongWhenCrowded, "resize fails with many blocks", "model"),
  broken(ClaimsShared, "claims to be shared", "traits"),
  broken(ClaimsReuse, "claims to reuse", "traits", "leak"),
  broken(ClaimsResize, "claims to resize", "traits"),
  broken(ClaimsAttach, "claims to be attachable", "traits"),
  broken(AttachesLess, "attaching loses a block", "traits"),
  broken(ClaimsGrowth, "claims to grow", "growth"),
  broken(ForgetfulGrowth, "growth loses the contents", "growth"),
  broken(GrowsInVain, "grows for a block that does not fit anyway", "growth"),
];
