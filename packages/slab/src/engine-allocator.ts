/** The contract, over the functions of an engine in another language: arguments are checked here, results made errors. */
import {
  type Allocator,
  type AllocatorStats,
  CorruptionError,
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
  checkOffsets,
  checkSize,
  isShared,
  isUint32,
  outOfMemory,
  present,
} from "@ariax/allocator/implement";
import type { Heap } from "./heap.ts";
import { heapStats } from "./inspect.ts";
import { H_LIMIT } from "./layout.ts";
import { PAGE_SIZE } from "./size-class.ts";
import { verifyHeap } from "./verify.ts";

/** The largest alignment an engine serves, in bytes. */
const MAX_ALIGNMENT = 65536;

/**
 * What an engine does, as its C header says (packages/engine-c/include/ariax.h). Offsets go in as any 32-bit numbers, and
 * come out as any: signed ones are made unsigned here.
 */
export interface EngineVerbs {
  /** `NULL` where there is no room. */
  allocate(size: number, alignment: number): number;
  /** 0: done; 1: a double free; 2: no block begins there, live or free. */
  free(offset: number): number;
  /** 0 where no live block begins. */
  sizeOf(offset: number): number;
  resize(offset: number, size: number): number | boolean;
  /** `NULL` where there is no room. */
  reallocate(offset: number, size: number): number;
  allocateMany(size: number, out: Offsets): number;
  /** The index of the first that can't be freed, and then none is; else `count`. */
  freeMany(offsets: Offsets, count: number): number;
  /** Why there is no live block: as `free`. */
  why(offset: number): number;
  reset(): void;
  /** 0, or the number of the first broken invariant. */
  verify(): number;
}

const WORDS = /* @__PURE__ */ allocatorWords("a heap", "post its memory, if that is shared, and attach to it there");

/** An allocator whose heap another engine operates. A subclass gives the engine, and the two hot verbs. */
export abstract class EngineAllocator<B extends ArrayBufferLike = ArrayBufferLike> implements Allocator<B> {
  declare readonly memory: Memory<B>;
  declare readonly traits: Traits;
  /** The most bytes the memory may ever have, control block included. */
  declare readonly capacity: number;
  declare protected readonly heap: Heap;
  declare protected readonly engine: EngineVerbs;

  constructor(heap: Heap, engine: EngineVerbs, traits: Pick<Traits, "name" | "grows" | "returnsMemory">) {
    present(this, WORDS);
    this.memory = heap as Memory as Memory<B>;
    this.heap = heap;
    this.engine = engine;
    this.capacity = heap.words[H_LIMIT] * PAGE_SIZE;
    this.traits = {
      maxAlignment: MAX_ALIGNMENT,
      reuse: true,
      resize: true,
      shared: isShared(heap.buffer),
      threadSafe: false,
      attachable: true,
      ...traits,
    };
  }

  abstract tryAllocate(size: number, alignment?: number): Offset;
  abstract free(offset: Offset): void;

  /** The control block, as it is now. For other engines and for tests; writing to it breaks the heap. */
  get words(): Int32Array {
    return this.heap.words;
  }

  allocate(size: number, alignment?: number): Offset {
    const offset = this.tryAllocate(size, alignment);
    if (offset === NULL) throw outOfMemory(this, size, alignment);
    return offset;
  }

  /** A block, once its size and alignment are checked. */
  protected allocateChecked(size: number, alignment: number = DEFAULT_ALIGNMENT): Offset {
    checkSize(size, this.capacity);
    if (alignment !== DEFAULT_ALIGNMENT) checkAlignment(alignment, MAX_ALIGNMENT);
    return this.engine.allocate(size, alignment) >>> 0;
  }

  /** Throws what a free that the engine refused is to throw. */
  protected refuseFree(offset: Offset, why: number): never {
    throw why === 1 ? new DoubleFreeError(offset) : new InvalidFreeError(offset);
  }

  sizeOf(offset: Offset): number {
    const room = isUint32(offset) ? this.engine.sizeOf(offset) >>> 0 : 0;
    if (room === 0) throw new InvalidBlockError(offset);
    return room;
  }

  // The engine's own check of the offset is enough, until it has to be said what was wrong.
  resize(offset: Offset, size: number): boolean {
    if (this.serves(offset, size) && this.engine.resize(offset, size)) return true;
    this.sizeOf(offset);
    checkSize(size, this.capacity);
    return false;
  }

  reallocate(offset: Offset, size: number): Offset {
    const moved = this.serves(offset, size) ? this.engine.reallocate(offset, size) >>> 0 : NULL;
    if (moved !== NULL) return moved;
    this.sizeOf(offset);
    checkSize(size, this.capacity);
    throw outOfMemory(this, size);
  }

  /** Can the engine be asked? */
  private serves(offset: Offset, size: number): boolean {
    return isUint32(offset) && isUint32(size) && size <= this.capacity;
  }

  allocateMany(size: number, out: Offsets): number {
    checkSize(size, this.capacity);
    this.heap.checkApart(checkOffsets(out));
    return this.engine.allocateMany(size, out);
  }

  freeMany(offsets: Offsets, count?: number): void {
    const n = checkCount(count, offsets);
    this.heap.checkApart(offsets);
    const good = this.engine.freeMany(offsets, n);
    if (good === n) return;
    const bad = offsets[good];
    // Is it live? Then it comes twice, and its second free would be the double one.
    this.refuseFree(bad >>> 0, this.engine.sizeOf(bad) !== 0 ? 1 : this.engine.why(bad));
  }

  reset(): void {
    this.engine.reset();
  }

  stats(): AllocatorStats {
    return heapStats(this.heap.words);
  }

  /** Two engines look: this package's, which names what is wrong, and the allocator's own. O(pages). */
  verify(): void {
    this.heap.checkLength();
    const broken = this.engine.verify();
    verifyHeap(this.heap.words);
    if (broken !== 0) throw new CorruptionError(`the engine finds invariant ${broken} broken`);
  }
}
