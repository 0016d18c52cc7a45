import {
  type Allocator,
  type AllocatorStats,
  DEFAULT_ALIGNMENT,
  InvalidBlockError,
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
  postBuffer,
  present,
  renewed,
} from "@ariax/allocator/implement";
import { freeAll, takeMany } from "./bulk.ts";
import { canGrow, clearHeap, growHeap, type Heap, heapFor, heapOptions, openHeap } from "./heap.ts";
import { heapStats } from "./inspect.ts";
import { freeLarge, makeLarge, resizeLarge } from "./large.ts";
import { freeError, largeAt, roomAt } from "./lookup.ts";
import type { SlabOptions, WasmMemory } from "./memory.ts";
import { freeAt } from "./page-pool.ts";
import { CLASS_SIZES, classOf, slabPages } from "./size-class.ts";
import { offer, takeBlock, trim, trimFor } from "./slabs.ts";
import { verifyHeap } from "./verify.ts";

// layout.ts's and size-class.ts's: see page-pool.ts.
const H_BASE = 2;
const H_LIMIT = 3;
const H_INFO = 7;
const H_BITS = 8;
const H_DEPTH = 12;
const H_PAGES = 16;
const C_SIZE = 2;
const LINE_WORDS = 8;
const LINES = 32;
const LINE_SHIFT = 3;
const TABLE = 600;
const E_PAGES = 0xfffff;
const PAGE_SHIFT = 12;
const PAGE_SIZE = 4096;
const WORDS_SHIFT = 10;
const SMALL_MAX = 16384;

const MAX_ALIGNMENT = 65536;

const WORDS = /* @__PURE__ */ allocatorWords(
  "a heap",
  /* @__PURE__ */ postBuffer("heap.memory.buffer", "SlabAllocator.attach(buffer)"),
);

/** The class line of each small size, by eighths: 4 KiB, of which a program touches the few lines of its own sizes. */
const LINE_OF: Uint16Array = /* @__PURE__ */ Uint16Array.from(
  { length: SMALL_MAX / 8 + 1 },
  (_, eighth) => LINES + (classOf(8 * eighth) << LINE_SHIFT),
);

/**
 * The general-purpose heap: blocks of up to 16 KiB from slabs of their size class, larger ones as runs of pages, all
 * metadata out of band in the control block at the start of the memory (../LAYOUT.md).
 *
 * `allocate` takes the lowest bit of the word its class's cursor is on, or the block of it that was freed last; `free`
 * finds class and bit by the page table and sets it. That bit alone says what may be freed: a double or invalid free is told
 * always and exactly. Both are O(1), make no garbage and no system call, for blocks of any size.
 *
 * @throws `HostMemoryError` where the host has no memory for it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SlabAllocator } from "@ariax/slab";
 *
 * const heap = new SlabAllocator({ capacity: 1 << 20 });
 * const offset = heap.allocate(1000);
 * heap.free(offset);
 * assert.throws(() => heap.free(offset), { code: "ERR_DOUBLE_FREE" });
 * assert.throws(() => heap.allocate(1 << 20), { code: "ERR_OUT_OF_MEMORY", requested: 1 << 20 });
 * ```
 */
export class SlabAllocator<B extends ArrayBufferLike = ArrayBufferLike> implements Allocator<B> {
  // `declare`: a field that is initialised holds undefined first, and V8 then checks each load of it.
  declare readonly memory: Memory<B>;
  declare readonly traits: Traits;
  /** The most bytes the memory may ever have, control block included. */
  declare readonly capacity: number;
  declare protected readonly heap: Heap;
  /** `heap.whole`, as far as is known: the control block, of which nothing is left once the memory has moved, or is too short. */
  declare private view: Int32Array;
  declare private readonly base: number;
  declare private readonly pages: number;
  /** The first bit of page 0's bitmap: its word << 5. */
  declare private readonly bits: number;
  /** The page info before page 0's. */
  declare private readonly info: number;
  /** In the word of a stack's entry, what is 0 for none of them. */
  declare private readonly inStack: number;
  /** This heap, and not a proxy of it: what changes more than a word asks for it first, and goes on as if there were none. */
  declare private readonly itself: () => this;

  /** A new heap, in memory of its own: O(1); or in memory that is given: O(pages), as what lay there is cleared. */
  constructor(options: SlabOptions) {
    present(this, WORDS);
    const heap = heapFor(options);
    const w = heap.whole;
    this.memory = heap as Memory as Memory<B>;
    this.heap = heap;
    this.view = w;
    this.base = w[H_BASE];
    this.pages = w[H_LIMIT];
    this.bits = w[H_BITS] << 5;
    this.info = w[H_INFO] - 4;
    this.inStack = w[H_DEPTH] - 1;
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
   * Continues the heap that was made at `byteOffset` of a buffer, or of a WebAssembly program's memory, by another context or another engine.
   * One context at a time may use it. O(pages).
   *
   * @throws `CorruptionError` where there is no heap, a truncated or a damaged one.
   */
  static attach<B extends ArrayBufferLike>(memory: B, byteOffset?: number): SlabAllocator<B>;
  static attach(memory: ArrayBufferLike | WasmMemory, byteOffset?: number): SlabAllocator;
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
    // NULL, written out as below: of an import V8 asks each time whether it is there, and a number.
    if (offset === 0) throw outOfMemory(this, size, alignment);
    return offset;
  }

  // In the two hot methods layout constants are written out: a named one is six bytes of bytecode, a literal two, and V8
  // stops inlining a call by the size of its bytecode.
  tryAllocate(size: number, alignment?: number): Offset {
    if (typeof size !== "number" || size >>> 0 !== size || size > 16384 /* SMALL_MAX */ || alignment !== undefined)
      return this.allocateAny(size, alignment);
    const w = this.view;
    const line = LINE_OF[(size + 7) >>> 3];
    const word = w[line];
    const bits = w[word];
    // Has the cursor's word a free block?
    if (bits) {
      // The lowest; the next call waits for this word, so it is made in the shortest way.
      w[word] = bits & (bits - 1);
      const bit = 31 - Math.clz32(bits & -bits);
      return (w[line + 1 /* C_BASE */] + Math.imul(bit, w[line + 2 /* C_SIZE */])) >>> 0;
    }
    const top = w[line + 4 /* C_TOP */];
    const offset = w[top];
    // Has the stack? (A view that has no words left has none in either place.)
    if (!offset) return this.allocateFrom(line);
    const bit = w[top + 1];
    w[line + 4 /* C_TOP */] = top - 2;
    w[bit >>> 5] ^= 1 << bit;
    return offset >>> 0;
  }

  /** A large block, or an alignment. */
  private allocateAny(size: number, alignment: number = DEFAULT_ALIGNMENT): Offset {
    const it = this.itself();
    if (!(isUint32(size) && size <= it.capacity)) checkSize(size, it.capacity);
    if (alignment !== DEFAULT_ALIGNMENT) checkAlignment(alignment, MAX_ALIGNMENT);
    if (size <= SMALL_MAX && alignment <= PAGE_SIZE) return it.allocateAligned(size, alignment);
    return it.allocateFrom(0, alignment >>> PAGE_SHIFT || 1, (size + PAGE_SIZE - 1) >>> PAGE_SHIFT || 1);
  }

  /** A block of the first class whose blocks, laid end to end from a page on, are all aligned. */
  private allocateAligned(size: number, alignment: number): Offset {
    let c = classOf(size);
    while ((CLASS_SIZES[c] & (alignment - 1)) !== 0) c++;
    return this.allocateFrom(LINES + (c << LINE_SHIFT), alignment);
  }

  /**
   * A block of a class; where there is no run for its slab, of a larger class that has one, or pages of its own. Or, of line 0, so
   * many pages, aligned to so many: if need be once unused slabs are given up, or the buffer has grown.
   *
   * All of it is here for V8 to call, as of `resized`: a loop that met many dry words while it was young had this in it, and `free`
   * was called.
   */
  private allocateFrom(line: number, alignment: number = DEFAULT_ALIGNMENT, least = 0): Offset {
    const it = this.itself();
    let w = it.now();
    let pages = least;
    let align = alignment;
    if (line !== 0) {
      let offset = takeBlock(w, 0, line);
      if (offset === 0 && trim(w, 0)) offset = takeBlock(w, 0, line);
      if (offset === 0 && growHeap(it.heap, slabPages(w[line + C_SIZE], 0), 1)) offset = takeBlock(it.now(), 0, line);
      // Slabs of the next power of two are the shortest; further classes waste more than they save.
      const most = 2 * w[line + C_SIZE];
      for (
        let other = line + LINE_WORDS;
        offset === 0 && other < TABLE && w[other + C_SIZE] <= most;
        other += LINE_WORDS
      ) {
        if ((w[other + C_SIZE] & (alignment - 1)) === 0) offset = takeBlock(w, 0, other);
      }
      if (offset !== 0) return offset >>> 0;
      pages = Math.ceil(w[line + C_SIZE] / PAGE_SIZE);
      align = 1;
      w = it.now();
    }
    const bias = it.base >>> PAGE_SHIFT;
    trimFor(w, 0, pages);
    let page = makeLarge(w, 0, pages, align, bias);
    if (page === 0 && trim(w, 0)) page = makeLarge(w, 0, pages, align, bias);
    if (page === 0 && growHeap(it.heap, pages, align)) page = makeLarge(it.now(), 0, pages, align, bias);
    return page === 0 ? NULL : (it.base + (page << PAGE_SHIFT)) >>> 0;
  }

  free(offset: Offset): void {
    if (typeof offset !== "number") {
      this.freeOther(offset);
      return;
    }
    const w = this.view;
    const at = (offset - this.base) | 0;
    if (offset >>> 0 === offset && at >>> 12 < this.pages) {
      const entry = w[600 /* TABLE */ + (at >>> 12)];
      // A page of a slab?
      if (entry > 0) {
        const line = (entry & 127) << 3;
        const end = entry & -128;
        const scaled = Math.imul((end << 5) - at, w[line + 3 /* C_INVERSE */]);
        const bit = (this.bits + (end << 1) - (scaled >>> 19)) | 0;
        const old = w[bit >>> 5];
        const now = old | (1 << bit);
        // The start of a block, and not free?
        if ((scaled & -0xff80001) /* INDEX_CHECK */ === 0 && now !== old) {
          // Of the cursor's word?
          if (bit >>> 5 === w[line]) w[bit >>> 5] = now;
          else {
            const top = w[line + 4 /* C_TOP */] + 2;
            // Is there room on the stack?
            if ((top & this.inStack) !== 0) {
              w[bit >>> 5] = now;
              w[top] = offset;
              w[top + 1] = bit;
              w[line + 4 /* C_TOP */] = top;
            } else {
              const info = this.info + (end >>> 5);
              const isOffered = (w[info] & (1 << ((scaled - 0x80000) >>> 24))) !== 0;
              // Is the word full, be it the slab's first, which may have fewer blocks?
              const isFull = now === -1 || now === -1 << -(w[info + 3 /* P_SHAPE */] >>> 8);
              if (isFull || !isOffered) this.offer(entry, bit);
              else w[bit >>> 5] = now;
            }
          }
          return;
        }
      }
    }
    this.freeOther(offset);
  }

  /** The stack is full, and the word of a block that is freed is not on offer, or has no live block now. */
  private offer(entry: number, bit: number): void {
    const it = this.itself();
    it.view[bit >>> 5] |= 1 << bit;
    if (offer(it.view, 0, entry, bit >>> 5)) it.gave();
  }

  /** A large block, or what can't be freed. */
  private freeOther(offset: Offset): void {
    const it = this.itself();
    // Was the view of a memory that has grown since?
    const stale = it.view.length === 0;
    const w = it.now();
    const page = largeAt(w, offset);
    if (page !== 0) {
      freeLarge(w, 0, page, w[TABLE + page] & E_PAGES);
      it.gave();
    } else if (stale) {
      // Where the view could not be renewed, an object of its own is made for it call.
      (it.view.length !== 0 ? it : new SlabAllocator(heapOptions(it.heap))).free(offset);
    } else throw freeError(w, 0, offset);
  }

  /** Pages went back to the pool: a subclass may give their memory back to the system. */
  protected gave(): void {}

  sizeOf(offset: Offset): number {
    const w = this.now();
    const room = roomAt(w, 0, offset);
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
    const room = roomAt(w, 0, offset);
    if (room === 0) throw new InvalidBlockError(offset);
    if (!(isUint32(size) && size <= this.capacity)) checkSize(size, this.capacity);
    let bytes = room;
    if (room > 0) {
      if (size <= room) return offset;
    } else {
      const pages = w[TABLE - room] & E_PAGES;
      const want = (size + PAGE_SIZE - 1) >>> PAGE_SHIFT || 1;
      if (want === pages) return offset;
      if (resizeLarge(w, 0, -room, pages, want)) {
        if (want < pages) this.gave();
        return offset;
      }
      // Where it ends the heap, or a free run behind it does, that becomes longer.
      const end = pages - room;
      if (end + freeAt(w, 0, end) === w[H_PAGES] && growHeap(this.heap, want - pages, 1)) {
        resizeLarge(this.now(), 0, -room, pages, want);
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

  allocateMany(size: number, out: Offsets): number {
    const it = this.itself();
    checkSize(size, it.capacity);
    const { byteOffset, length } = checkOffsets(out);
    it.heap.checkApart(out);
    const line = size <= SMALL_MAX ? LINE_OF[(size + 7) >>> 3] : 0;
    let words = out;
    for (let made = 0; made < length; made++) {
      if (line !== 0) made = takeMany(it.now(), line, words, made);
      if (made === length) break;
      // A word or a stack is dry, and this fills it, or finds none.
      const offset = it.tryAllocate(size);
      if (offset === NULL) return made;
      words = renewed(words, byteOffset, length, it.heap);
      words[made] = offset;
    }
    return length;
  }

  freeMany(offsets: Offsets, count?: number): void {
    const it = this.itself();
    const n = checkCount(count, offsets);
    it.heap.checkApart(offsets);
    const done = freeAll(it.now(), offsets, n);
    if (typeof done !== "boolean") throw done;
    if (done) it.gave();
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
