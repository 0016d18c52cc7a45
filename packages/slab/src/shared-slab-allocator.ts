import {
  type Allocator,
  DEFAULT_ALIGNMENT,
  DoubleFreeError,
  type Memory,
  NULL,
  type Offset,
  type Traits,
} from "@ariax/allocator";
import {
  checkAlignment,
  checkCallback,
  checkGiven,
  checkSize,
  isShared,
  isUint32,
  outOfMemory,
  readOptions,
} from "@ariax/allocator/implement";
import { LaneCalls } from "./lanes/calls.ts";
import { collect } from "./lanes/collect.ts";
import { makeShared, openShared } from "./lanes/heap.ts";

import { freeOwn } from "./lanes/large.ts";
import { type AttachOptions, laneOptions, openedWith, readAttach, type SharedSlabOptions } from "./lanes/opened.ts";
import { FIRST_STEP, NO_STEP, relieve, settle } from "./lanes/relief.ts";
import { freeBit, freeRemote } from "./lanes/remote.ts";
import { attachLane } from "./lanes/state.ts";
import { makeLarge } from "./large.ts";
import { freeError, largeAt } from "./lookup.ts";
import type { WasmMemory } from "./memory.ts";
import { CLASS_SIZES, classOf, slabPages } from "./size-class.ts";
import { offer, takeBlock, trimFor } from "./slabs.ts";

// layout.ts's and size-class.ts's: see page-pool.ts.
const H_LIMIT = 3;
const H_LANES = 4;
const H_BITS = 8;
const H_REMOTE = 9;
const H_DEPTH = 12;
const H_OWN = 13;
const H_TERRITORY = 14;
const H_PAGES = 16;
const H_MAIL = 23;
const H_CODE_SHIFT = 24;
const M_ROOT = 1;
const C_SIZE = 2;
const C_INVERSE = 3;
const C_LIST = 6;
const LINE_WORDS = 8;
const LINES = 32;
const LINE_SHIFT = 3;
const OWNER = 127;
const TABLE = 600;
const E_PAGES = 0xfffff;
const INDEX_CHECK = 0xf007ffff | 0;
const PAGE_SHIFT = 12;
const PAGE_SIZE = 4096;
const SMALL_MAX = 16384;

const MAX_ALIGNMENT = 65536;

/** The class line of each small size, by eighths, from the lane's start. */
const LINE_OF: Uint16Array = /* @__PURE__ */ Uint16Array.from(
  { length: SMALL_MAX / 8 + 1 },
  (_, eighth) => LINES + (classOf(8 * eighth) << LINE_SHIFT),
);

const KNOWN = ["capacity", "maxCapacity", "memory", "buffer", "byteOffset", "byteLength", "lanes", "onLateDoubleFree"];

/**
 * The heap that many threads use at once: blocks that one allocates, any other can free. A thread works with a *lane* of its own, by
 * plain loads and stores; frees of other threads' blocks are one atomic instruction; nobody ever waits for another. A thread that is
 * killed anywhere leaves a heap that the others go on with: ../LAYOUT.md.
 *
 * Who hands a block to another thread has to order that: by a message, or by `Atomics`.
 *
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `TicketError` for a ticket that is in use, or over.
 * @throws `NoLaneError` where all lanes are held.
 * @throws `LaneLostError` once its lane was reclaimed.
 * @throws `ClosedError` once this thread has closed it.
 */
export class SharedSlabAllocator extends LaneCalls implements Allocator {
  declare readonly memory: Memory;
  declare readonly traits: Traits;
  /** The most bytes the memory may ever have, control block included. */
  declare readonly capacity: number;
  declare private readonly pages: number;
  /** An entry >>> this = the code of its lane. */
  declare private readonly shift: number;
  /** From a bitmap word to the remote one. */
  declare private readonly remote: number;
  /** In the word of a stack's entry, what is 0 for none of them. */
  declare private readonly inStack: number;

  /** A new heap; the thread that makes it has the first lane. O(lanes) over memory of its own, else O(bytes / 4096). */
  constructor(options: SharedSlabOptions) {
    checkGiven(options, "capacity, buffer or memory is");
    const opened = openedWith(options);
    const { onLateDoubleFree, ...where } = opened === undefined ? readOptions(options, KNOWN) : opened.options;
    checkCallback("onLateDoubleFree", onLateDoubleFree);
    const heap = opened === undefined ? makeShared(where) : opened.heap;
    super(heap, opened === undefined ? 1 : opened.ticket, onLateDoubleFree);
    const w = heap.words;
    this.memory = heap;
    this.pages = w[H_LIMIT];
    this.shift = w[H_CODE_SHIFT];
    this.remote = w[H_REMOTE] - w[H_BITS];
    this.inStack = w[H_DEPTH] - 1;
    this.capacity = w[H_LIMIT] * PAGE_SIZE;
    this.hold(attachLane(w, this.holder));
    this.traits = {
      name: "slab-shared",
      maxAlignment: MAX_ALIGNMENT,
      reuse: true,
      resize: true,
      grows: w[H_PAGES] < w[H_LIMIT],
      shared: isShared(heap.buffer),
      threadSafe: isShared(heap.buffer),
      returnsMemory: false,
      attachable: w[H_LANES] > 1,
    };
  }

  /**
   * The heap that another thread made at `byteOffset` of a buffer, or of a shared `WebAssembly.Memory`; this thread gets a lane of it. `ticket`:
   * what another thread drew for this one, and knows it by; default: one that is drawn now. O(lanes).
   *
   * @throws `TicketError` where it is in use.
   * @throws `NoLaneError` where all lanes are held.
   * @throws `CorruptionError` where there is no heap.
   */
  static attach(memory: ArrayBufferLike | WasmMemory, options: Partial<AttachOptions> = {}): SharedSlabAllocator {
    const { ticket, byteOffset, onLateDoubleFree } = readAttach(options);
    checkCallback("onLateDoubleFree", onLateDoubleFree);
    return new SharedSlabAllocator(laneOptions(openShared(memory, byteOffset), ticket, onLateDoubleFree));
  }

  allocate(size: number, alignment?: number): Offset {
    const offset = this.tryAllocate(size, alignment);
    if (offset === NULL) throw outOfMemory(this, size, alignment);
    return offset;
  }

  // As SlabAllocator's, but that lines are counted from the lane's start.
  tryAllocate(size: number, alignment?: number): Offset {
    if (typeof size !== "number" || size >>> 0 !== size || size > 16384 /* SMALL_MAX */ || alignment !== undefined)
      return this.allocateAny(size, alignment);
    const w = this.view;
    const line = this.lane + LINE_OF[(size + 7) >>> 3];
    const word = w[line];
    const bits = w[word];
    if (bits) {
      w[word] = bits & (bits - 1);
      const bit = 31 - Math.clz32(bits & -bits);
      return (w[line + 1 /* C_BASE */] + Math.imul(bit, w[line + 2 /* C_SIZE */])) >>> 0;
    }
    const top = w[line + 4 /* C_TOP */];
    const offset = w[top];
    if (!offset) return this.allocateFrom(line - this.lane, DEFAULT_ALIGNMENT);
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
    if (size > SMALL_MAX || alignment > PAGE_SIZE) {
      return it.allocateLarge((size + PAGE_SIZE - 1) >>> PAGE_SHIFT || 1, alignment >>> PAGE_SHIFT || 1);
    }
    // The first class whose blocks, laid end to end from a page on, are all aligned.
    let c = classOf(size);
    while ((CLASS_SIZES[c] & (alignment - 1)) !== 0) c++;
    return it.allocateFrom(LINES + (c << LINE_SHIFT), alignment);
  }

  /** A large block, if need be once there is room. */
  private allocateLarge(pages: number, align: number): Offset {
    const w = this.now();
    const { lane } = this;
    const bias = this.base >>> PAGE_SHIFT;
    trimFor(w, lane, pages);
    let page = makeLarge(w, lane, pages, align, bias);
    for (let step = FIRST_STEP; page === 0; page = makeLarge(w, lane, pages, align, bias)) {
      step = relieve(this.heap, lane, pages + align - 1, step);
      if (step === NO_STEP) return NULL;
    }
    return this.told(w, (this.base + (page << PAGE_SHIFT)) >>> 0);
  }

  /** A block of a class, its line counted from the lane's start; where there are no pages for its slab, of a larger one, or pages of its own. */
  private allocateFrom(fromLane: number, alignment: number): Offset {
    const it = this.itself();
    const w = it.now();
    const { lane } = it;
    const line = lane + fromLane;
    // Nothing listed, so pages are needed: has anybody freed blocks of this lane?
    if (w[line + C_LIST] === 0 && w[w[lane + H_MAIL] + M_ROOT] !== 0) collect(w, lane);
    let offset = takeBlock(w, lane, line);
    for (let step = FIRST_STEP; offset === 0; offset = takeBlock(w, lane, line)) {
      step = relieve(it.heap, lane, slabPages(w[line + C_SIZE], 0), step);
      if (step === NO_STEP) break;
    }
    // Slabs of the next power of two are the shortest; further classes waste more than they save.
    const most = 2 * w[line + C_SIZE];
    for (
      let other = line + LINE_WORDS;
      offset === 0 && other < lane + TABLE && w[other + C_SIZE] <= most;
      other += LINE_WORDS
    ) {
      if ((w[other + C_SIZE] & (alignment - 1)) === 0) offset = takeBlock(w, lane, other);
    }
    if (offset === 0) return it.allocateLarge(Math.ceil(w[line + C_SIZE] / PAGE_SIZE), 1);
    return it.told(w, offset >>> 0);
  }

  free(offset: Offset): void {
    if (typeof offset !== "number") {
      this.freeOther(offset);
      return;
    }
    const w = this.view;
    const page = ((offset - this.base) | 0) >>> 12;
    if (offset >>> 0 === offset && page < this.pages) {
      const entry = w[600 /* TABLE */ + page];
      // A page of a slab of this lane?
      if (entry >>> this.shift === this.code) {
        const line = this.lane + ((entry & 127) << 3);
        const end = entry & -128;
        const scaled = Math.imul((end << 5) + this.lift - offset, w[line + 3 /* C_INVERSE */]);
        const bit = (this.bits + (end << 1) - (scaled >>> 19)) | 0;
        const word = bit >>> 5;
        const old = w[word];
        const now = old | (1 << bit);
        // The start of a block, and free by neither its owner nor others?
        if ((scaled & -0xff80001) /* INDEX_CHECK */ === 0 && ((old | w[word + this.remote]) & (1 << bit)) === 0) {
          w[word] = now;
          // Not of the cursor's word?
          if (word !== w[line]) {
            const top = w[line + 4 /* C_TOP */] + 2;
            // Is there room on the stack?
            if ((top & this.inStack) !== 0) {
              w[top] = offset;
              w[top + 1] = bit;
              w[line + 4 /* C_TOP */] = top;
            } else {
              const info = this.info + (end >>> 5);
              const isOffered = (w[info] & (1 << ((scaled - 0x80000) >>> 24))) !== 0;
              // Is the word full, be it the slab's first, which may have fewer blocks?
              if (!isOffered || now === -1 || now === -1 << -(w[info + 3 /* P_SHAPE */] >>> 8)) this.offer(entry, word);
            }
          }
          return;
        }
      }
    }
    this.freeOther(offset);
  }

  /** The stack is full, and the word of a block that was freed is not on offer, or has no live block now. */
  private offer(entry: number, word: number): void {
    const it = this.itself();
    if (offer(it.view, it.lane, entry, word)) settle(it.view, it.lane);
  }

  /** A large block, one of another lane, or what can't be freed. */
  private freeOther(offset: Offset): void {
    const it = this.itself();
    const rested = it.view.length === 0;
    const w = it.now();
    // Its lane again, or another one.
    if (rested) {
      it.free(offset);
      return;
    }
    if (!isUint32(offset)) throw freeError(w, it.lane, offset);
    // A block of another lane's slab: found as in `free`, and not by functions for every kind of offset, which takes twice as long.
    const at = ((offset - it.base) | 0) >>> PAGE_SHIFT;
    const entry = at < it.pages ? w[TABLE + at] : 0;
    if (entry > 0 && entry >>> it.shift !== it.code) {
      const end = entry & ((1 << it.shift) - 128);
      const scaled = Math.imul((end << 5) + it.base - offset, w[it.lane + ((entry & 127) << LINE_SHIFT) + C_INVERSE]);
      if ((scaled & INDEX_CHECK) === 0) {
        const error = freeBit(w, it.lane, offset, ((w[H_BITS] << 5) + (end << 1) - (scaled >>> 19)) | 0);
        if (error !== undefined) throw error;
        return;
      }
    }
    const page = largeAt(w, offset);
    const isOwn = (w[w[H_OWN] + (((offset - it.base) | 0) >>> (PAGE_SHIFT + w[H_TERRITORY]))] & OWNER) === it.code;
    if (!isOwn) {
      const error = freeRemote(w, it.lane, offset);
      if (error !== undefined) throw error;
    } else if (page === 0) {
      throw freeError(w, it.lane, offset);
    } else {
      if (!freeOwn(w, it.lane, page, w[TABLE + page] & E_PAGES)) throw new DoubleFreeError(offset);
      settle(w, it.lane);
    }
  }
}
