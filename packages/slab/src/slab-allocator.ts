import {
  type Allocator,
  type AllocatorStats,
  allocateMany,
  checkAlignment,
  checkCount,
  checkOffsets,
  checkSize,
  DEFAULT_ALIGNMENT,
  DoubleFreeError,
  InvalidBlockError,
  isShared,
  isUint32,
  type Memory,
  NULL,
  type Offset,
  OutOfMemoryError,
  type Traits,
} from "@ariax/allocator";
import { canGrow, clearHeap, growHeap, type Heap, heapFor, heapOptions, openHeap } from "./heap.ts";
import { heapStats } from "./inspect.ts";
import { freeLarge, makeLarge, resizeLarge } from "./large.ts";
import { freeError, largeAt, mark, roomAt, unmark } from "./lookup.ts";
import type { SlabOptions, WasmMemory } from "./memory.ts";
import { freeAt } from "./page-pool.ts";
import { CLASS_SIZES, classOf } from "./size-class.ts";
import { afterFree, refill, trim } from "./slabs.ts";
import { verifyHeap } from "./verify.ts";

// layout.ts's and size-class.ts's: see page-pool.ts.
const H_BASE = 2;
const H_LIMIT = 3;
const H_BITS = 8;
const H_PAGES = 16;
const C_WORD = 0;
const C_BASE = 1;
const C_SIZE = 2;
const C_SHAPE = 7;
const LINE_WORDS = 8;
const LINES = 32;
const LINE_SHIFT = 3;
const TABLE = 344;
const E_PAGES = 0xfffff;
const PAGE_SHIFT = 12;
const PAGE_SIZE = 4096;
const WORDS_SHIFT = 10;
const SMALL_MAX = 16384;

const MAX_ALIGNMENT = 65536;

/** The class line of each small size, by eighths: 4 KiB, of which a program touches the few lines of its own sizes. */
const LINE_OF: Uint16Array = /* @__PURE__ */ Uint16Array.from(
  { length: SMALL_MAX / 8 + 1 },
  (_, eighth) => LINES + (classOf(8 * eighth) << LINE_SHIFT),
);

/**
 * The general-purpose heap: blocks of up to 16 KiB from slabs of their size class, larger ones as runs of pages, all
 * metadata out of band in the control block at the start of the memory (../LAYOUT.md).
 *
 * `allocate` takes the lowest bit of the word its class's cursor is on; `free` finds class and index by the page table and
 * sets the bit. That bit alone says what may be freed: a double or invalid free is told always and exactly. Both are O(1),
 * make no garbage and no system call, for blocks of any size.
 */
export class SlabAllocator implements Allocator {
  // `declare`: a field that is initialised holds undefined first, and V8 then checks each load of it.
  declare readonly memory: Memory;
  declare readonly traits: Traits;
  /** The most bytes the memory may ever have, control block included. */
  declare readonly capacity: number;
  declare protected readonly heap: Heap;
  /** `heap.whole`, as far as is known: the control block, of which nothing is left once the memory has moved, or is too short. */
  declare private view: Int32Array;
  declare private readonly base: number;
  declare private readonly pages: number;
  declare private readonly bits: number;
  /** This heap, and not a proxy of it: what changes more than a word asks for it first, and goes on as if there were none. */
  declare private readonly itself: () => this;

  /** A new heap, in memory of its own: O(1); or in memory that is given: O(pages), as what lay there is cleared. */
  constructor(options: SlabOptions) {
    const heap = heapFor(options);
    const w = heap.whole;
    this.memory = heap;
    this.heap = heap;
    this.view = w;
    this.base = w[H_BASE];
    this.pages = w[H_LIMIT];
    this.bits = w[H_BITS];
    this.itself = () => this;
    this.capacity = w[H_LIMIT] * PAGE_SIZE;
    this.traits = {
      name: "slab",
      maxAlignment: MAX_ALIGNMENT,
      reuse: true,
      resize: true,
      grows: canGrow(heap),
      shared: isShared(heap.buffer),
      threadSafe: false,
      returnsMemory: false,
      attachable: true,
    };
  }

  /**
   * Continues the heap that was made at `byteOffset` of a buffer, or of a WebAssembly program's memory, by another
   * context or another engine. Throws `CorruptionError` where there is no heap, a truncated or a damaged one. One context
   * at a time may use it. O(pages).
   */
  static attach(memory: ArrayBufferLike | WasmMemory, byteOffset = 0): SlabAllocator {
    return new SlabAllocator(heapOptions(openHeap(memory, byteOffset)));
  }

  /** The control block, as it is now. For other engines and for tests; writing to it breaks the heap. */
  get words(): Int32Array {
    return this.heap.words;
  }

  /** The control block as it is now, where the whole heap is there; else throws. */
  private now(): Int32Array {
    const w = this.view;
    // Another buffer, or a shorter one? Then the view has no words left, so that the hot paths, which find no free block and no page
    // in it, come here. Or has someone else made the heap longer?
    return w.length >>> WORDS_SHIFT === w[H_PAGES] ? w : this.renewed();
  }

  private renewed(): Int32Array {
    const w = this.heap.whole;
    // No assignment, which throws where this object is frozen, or its proxy lets nothing be written: both go on without.
    Reflect.set(this, "view", w);
    return w;
  }

  allocate(size: number, alignment?: number): Offset {
    const offset = this.tryAllocate(size, alignment);
    if (offset === NULL) throw new OutOfMemoryError(size, alignment ?? DEFAULT_ALIGNMENT, this.capacity);
    return offset;
  }

  // In the two hot methods layout constants are written out: a named one is six bytes of bytecode, a literal two, and V8
  // stops inlining a call by the size of its bytecode. Measured: free 286 → 251 bytes, and V8 inlines both in one loop.
  tryAllocate(size: number, alignment?: number): Offset {
    if (typeof size !== "number" || size >>> 0 !== size || size > 16384 /* SMALL_MAX */ || alignment !== undefined)
      return this.allocateAny(size, alignment);
    const w = this.view;
    const line = LINE_OF[(size + 7) >>> 3];
    const word = w[line];
    const bits = w[word];
    const bit = bits & -bits;
    // Has the cursor's word run dry?
    if (bit === 0) return this.allocateFrom(line);
    w[word] = bits ^ bit;
    return (w[line + 1 /* C_BASE */] + Math.imul(31 - Math.clz32(bit), w[line + 2 /* C_SIZE */])) >>> 0;
  }

  /** A large block, or an alignment. */
  private allocateAny(size: number, alignment: number = DEFAULT_ALIGNMENT): Offset {
    const it = this.itself();
    if (!(isUint32(size) && size <= it.capacity)) checkSize(size, it.capacity);
    if (alignment !== DEFAULT_ALIGNMENT) checkAlignment(alignment, MAX_ALIGNMENT);
    if (size <= SMALL_MAX && alignment <= PAGE_SIZE) return it.allocateAligned(size, alignment);
    return it.allocateLarge((size + PAGE_SIZE - 1) >>> PAGE_SHIFT || 1, alignment >>> PAGE_SHIFT || 1);
  }

  /** A block of the first class whose blocks, laid end to end from a page on, are all aligned. */
  private allocateAligned(size: number, alignment: number): Offset {
    let c = classOf(size);
    while ((CLASS_SIZES[c] & (alignment - 1)) !== 0) c++;
    return this.allocateFrom(LINES + (c << LINE_SHIFT), alignment);
  }

  /** A large block, if need be once unused slabs are given up, or the buffer has grown. */
  private allocateLarge(pages: number, align: number): Offset {
    const w = this.now();
    const bias = this.base >>> PAGE_SHIFT;
    let page = makeLarge(w, pages, align, bias);
    if (page === 0 && trim(w)) page = makeLarge(w, pages, align, bias);
    if (page === 0 && growHeap(this.heap, pages, align)) page = makeLarge(this.now(), pages, align, bias);
    return page === 0 ? NULL : (this.base + (page << PAGE_SHIFT)) >>> 0;
  }

  /** A block of a class; where there is no run for its slab, of a larger class that has one, or pages of its own. */
  private allocateFrom(line: number, alignment: number = DEFAULT_ALIGNMENT): Offset {
    const it = this.itself();
    const w = it.now();
    if (w[w[line + C_WORD]] !== 0 || refill(w, line)) return takeLowest(w, line);
    const pages = w[line + C_SHAPE] & 0xffff;
    if (trim(w) && refill(w, line)) return takeLowest(w, line);
    if (growHeap(it.heap, pages, 1) && refill(it.now(), line)) return takeLowest(it.now(), line);
    // Slabs of the next power of two are the shortest; further classes waste more than they save.
    const most = 2 * w[line + C_SIZE];
    for (let other = line + LINE_WORDS; other < TABLE && w[other + C_SIZE] <= most; other += LINE_WORDS) {
      if ((w[other + C_SIZE] & (alignment - 1)) !== 0) continue;
      if (w[w[other + C_WORD]] !== 0 || refill(w, other)) return takeLowest(w, other);
    }
    return it.allocateLarge(Math.ceil(w[line + C_SIZE] / PAGE_SIZE), 1);
  }

  free(offset: Offset): void {
    if (typeof offset !== "number") {
      this.freeOther(offset);
      return;
    }
    const w = this.view;
    const at = (offset - this.base) | 0;
    if (offset >>> 0 === offset && at >>> 12 < this.pages) {
      const entry = w[344 /* TABLE */ + (at >>> 12)];
      // A page of a slab?
      if (entry > 0) {
        const line = entry & 511;
        const slab = entry >>> 9;
        const scaled = Math.imul(at - (slab << 12), w[line + 3 /* C_INVERSE */]);
        const word = (this.bits + (slab << 3) + (scaled >>> 24)) | 0;
        const old = w[word];
        const now = old | (1 << (scaled >>> 19));
        // The start of a block, and not free?
        if ((scaled & -0x1ff80001) /* INDEX_CHECK */ === 0 && now !== old) {
          if (old === 0 || now === w[line + 4 /* C_FULL */]) this.tidy(entry, word, now);
          else w[word] = now;
          return;
        }
      }
    }
    this.freeOther(offset);
  }

  /** A bitmap word gets its first free block, or its last: there is more to do. */
  private tidy(entry: number, word: number, now: number): void {
    const it = this.itself();
    const w = it.view;
    const old = w[word];
    w[word] = now;
    if (afterFree(w, entry, word, old)) it.gave();
  }

  /** A large block, or what can't be freed. */
  private freeOther(offset: Offset): void {
    const it = this.itself();
    // Was the view of a memory that has grown since?
    const stale = it.view.length === 0;
    const w = it.now();
    const page = largeAt(w, offset);
    if (page !== 0) {
      freeLarge(w, page, w[TABLE + page] & E_PAGES);
      it.gave();
    } else if (stale) {
      // Where the view could not be renewed, an object of its own is made for it call.
      (it.view.length !== 0 ? it : new SlabAllocator(heapOptions(it.heap))).free(offset);
    } else throw freeError(w, offset);
  }

  /** Pages went back to the pool: a subclass may give their memory back to the system. */
  protected gave(): void {}

  sizeOf(offset: Offset): number {
    const w = this.now();
    const room = roomAt(w, offset);
    if (room === 0) throw new InvalidBlockError(offset);
    return room > 0 ? room : (w[TABLE - room] & E_PAGES) * PAGE_SIZE;
  }

  resize(offset: Offset, size: number): boolean {
    return this.itself().resized(offset, size, false) !== NULL;
  }

  reallocate(offset: Offset, size: number): Offset {
    return this.itself().resized(offset, size, true);
  }

  /**
   * A live block made longer or shorter in place, or else, if it may be, moved; NULL where it may not.
   *
   * All of it is here, one lookup and the copy, for V8 to call: the 473 bytes of bytecode are more than it inlines (460), so that
   * a loop's budget is left to `free` and `tryAllocate`, whichever of the three comes first in it.
   */
  private resized(offset: Offset, size: number, mayMove: boolean): Offset {
    const w = this.now();
    const room = roomAt(w, offset);
    if (room === 0) throw new InvalidBlockError(offset);
    if (!(isUint32(size) && size <= this.capacity)) checkSize(size, this.capacity);
    let bytes = room;
    if (room > 0) {
      if (size <= room) return offset;
    } else {
      const pages = w[TABLE - room] & E_PAGES;
      const want = (size + PAGE_SIZE - 1) >>> PAGE_SHIFT || 1;
      if (want === pages) return offset;
      if (resizeLarge(w, -room, pages, want)) {
        if (want < pages) this.gave();
        return offset;
      }
      // Where it ends the heap, or a free run behind it does, that becomes longer.
      const end = pages - room;
      if (end + freeAt(w, end) === w[H_PAGES] && growHeap(this.heap, want - pages, 1)) {
        resizeLarge(this.now(), -room, pages, want);
        return offset;
      }
      bytes = pages * PAGE_SIZE;
    }
    if (!mayMove) return NULL;
    const moved = this.allocate(size);
    // It becomes longer: all its bytes are copied. moveBlock of @ariax/allocator says why as it is done here.
    const from = offset >>> 3;
    const to = moved >>> 3;
    const count = bytes >>> 3;
    const cells = this.heap.cells(Math.max(from, to) + count);
    if (count > 32) cells.copyWithin(to, from, from + count);
    else for (let i = 0; i < count; i++) cells[to + i] = cells[from + i];
    this.free(offset);
    return moved;
  }

  allocateMany(size: number, out: Int32Array): number {
    const it = this.itself();
    checkSize(size, it.capacity);
    it.heap.checkApart(checkOffsets(out));
    return allocateMany(it, size, out);
  }

  freeMany(offsets: Int32Array, count?: number): void {
    const it = this.itself();
    const n = checkCount(count, offsets);
    it.heap.checkApart(offsets);
    const w = it.now();
    // A trial first, which takes each block's mark away, so that a duplicate is told, and then puts all back.
    // tried: no marks where offsets ascend, and so none comes twice; measured: 17.5 ns a block instead of 21, for 15 lines.
    let good = 0;
    while (good < n && unmark(w, offsets[good] >>> 0)) good++;
    for (let i = 0; i < good; i++) mark(w, offsets[i] >>> 0);
    if (good < n) {
      const bad = offsets[good] >>> 0;
      // Live? Then it comes twice, and the second free would be the double one.
      throw roomAt(w, bad) !== 0 ? new DoubleFreeError(bad) : freeError(w, bad);
    }
    for (let i = 0; i < n; i++) it.free(offsets[i] >>> 0);
  }

  reset(): void {
    const it = this.itself();
    clearHeap(it.now());
    it.gave();
  }

  stats(): AllocatorStats {
    return heapStats(this.now());
  }

  verify(): void {
    verifyHeap(this.now());
  }
}

/** The lowest free block of the word a class's cursor is on. */
function takeLowest(w: Int32Array, line: number): Offset {
  const word = w[line + C_WORD];
  const bits = w[word];
  const bit = bits & -bits;
  w[word] = bits ^ bit;
  return (w[line + C_BASE] + Math.imul(31 - Math.clz32(bit), w[line + C_SIZE])) >>> 0;
}
