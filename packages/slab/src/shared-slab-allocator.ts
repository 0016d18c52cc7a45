import {
  type Allocator,
  type AllocatorStats,
  ClosedError,
  DEFAULT_ALIGNMENT,
  DoubleFreeError,
  InvalidArgumentError,
  InvalidBlockError,
  type Memory,
  NULL,
  type Offset,
  type Offsets,
  type Traits,
  type WatchedWorker,
} from "@ariax/allocator";
import {
  allocatorWords,
  checkAlignment,
  checkCallback,
  checkCount,
  checkOffsets,
  checkSize,
  disposable,
  isShared,
  isUint32,
  outOfMemory,
  present,
  readOptions,
  renewed,
  whenEnded,
} from "@ariax/allocator/implement";
import { takeMany } from "./bulk.ts";
import type { Heap } from "./heap.ts";
import { collect } from "./lanes/collect.ts";
import { laneLost } from "./lanes/errors.ts";
import { clearShared, makeShared, openShared, type SharedOptions } from "./lanes/heap.ts";
import { sharedStats, verifyLane, verifyShared } from "./lanes/inspect.ts";
import { freeOwn, resizeOwn } from "./lanes/large.ts";
import * as L from "./lanes/layout.ts";
import { type HeldLock, holdLock, whenReleased } from "./lanes/locks.ts";
import { answer, FIRST_STEP, giveAll, NO_STEP, relieve, settle } from "./lanes/relief.ts";
import { freeBit, freeRemote } from "./lanes/remote.ts";
import type { Lost } from "./lanes/repair.ts";
import { alone, attachLane, checkHeld, checkTicket, drawTicket, endLane, reclaimLanes, resume } from "./lanes/state.ts";
import { claimAfter } from "./lanes/territory.ts";
import { makeLarge } from "./large.ts";
import { freeError, largeAt, roomAt } from "./lookup.ts";
import type { WasmMemory } from "./memory.ts";
import { CLASS_SIZES, classOf, slabPages } from "./size-class.ts";
import { offer, takeBlock, trimFor } from "./slabs.ts";

// layout.ts's and size-class.ts's: see page-pool.ts.
const H_BASE = 2;
const H_LIMIT = 3;
const H_LANES = 4;
const H_INFO = 7;
const H_BITS = 8;
const H_REMOTE = 9;
const H_DEPTH = 12;
const H_OWN = 13;
const H_TERRITORY = 14;
const H_PAGES = 16;
const H_NAME = 21;
const H_CODE = 22;
const H_MAIL = 23;
const H_CODE_SHIFT = 24;
const H_LATE = 25;
const H_SEEN = 26;
const H_WANT = 26;
const M_STATE = 0;
const M_ROOT = 1;
const STATE_BITS = 3;
const LIVE = 1;
const C_SIZE = 2;
const C_INVERSE = 3;
const C_LIST = 6;
const LINE_WORDS = 8;
const LINES = 32;
const LINE_SHIFT = 3;
const TABLE = 600;
const E_PAGES = 0xfffff;
const INDEX_CHECK = 0xf007ffff | 0;
const PAGE_SHIFT = 12;
const PAGE_SIZE = 4096;
const SMALL_MAX = 16384;

const MAX_ALIGNMENT = 65536;

const WORDS = /* @__PURE__ */ allocatorWords(
  "a heap can't be cloned or sent to another thread: post heap.memory.buffer and heap.ticket(), and " +
    "SharedSlabAllocator.attach(buffer, { ticket }) there",
);

/** The class line of each small size, by eighths, from the lane's start. */
const LINE_OF: Uint16Array = /* @__PURE__ */ Uint16Array.from(
  { length: SMALL_MAX / 8 + 1 },
  (_, eighth) => LINES + (classOf(8 * eighth) << LINE_SHIFT),
);

/** The view of a thread that holds no lane: what the hot paths find no block and no page in. */
const NO_WORDS: Int32Array = /* @__PURE__ */ new Int32Array(0);

/** What a thread says of itself when it attaches. */
export interface AttachOptions {
  /** Its name, which another thread drew before it started: `heap.ticket()`. */
  readonly ticket: number;
  /** Where the heap begins, in bytes. Default 0. */
  readonly byteOffset?: number | undefined;
  /** Called with how many double frees were found late, when blocks are collected: by threads that knew nothing of each other. Must not throw. */
  readonly onLateDoubleFree?: ((count: number) => void) | undefined;
}

/** As SharedOptions; and what is told. */
export interface SharedSlabOptions extends SharedOptions {
  /** See `AttachOptions`. */
  readonly onLateDoubleFree?: ((count: number) => void) | undefined;
}

/** What `reclaim` can be given. */
export interface ReclaimOptions {
  /** Is a block in the dead thread's lanes still known to somebody? Those it says false of are freed. Default: all stay. */
  readonly keep?: ((offset: Offset, size: number) => boolean) | undefined;
}

/**
 * The heap that many threads use at once: blocks that one allocates, any other can free. A thread works with a *lane* of its own, by
 * plain loads and stores; frees of other threads' blocks are one atomic instruction; nobody ever waits for another. A thread that is
 * killed anywhere leaves a heap that the others go on with: ../LAYOUT.md.
 *
 * Who hands a block to another thread has to order that: by a message, or by `Atomics`.
 */
export class SharedSlabAllocator implements Allocator {
  declare readonly memory: Memory;
  declare readonly traits: Traits;
  /** The most bytes the memory may ever have, control block included. */
  declare readonly capacity: number;
  declare protected readonly heap: Heap;
  /** The control block; NO_WORDS while the thread holds no lane. */
  declare protected view: Int32Array;
  declare private readonly base: number;
  declare private readonly pages: number;
  /** An entry >>> this = the code of its lane. */
  declare private readonly shift: number;
  /** From a bitmap word to the remote one. */
  declare private readonly remote: number;
  /** In the word of a stack's entry, what is 0 for none of them. */
  declare private readonly inStack: number;
  /** The word the thread's lane begins at. */
  declare protected lane: number;
  /** The lane's number + 1. */
  declare private code: number;
  // What is added to an entry's parts, so that the lane's code in it makes no difference:
  declare private lift: number;
  declare private bits: number;
  declare private info: number;
  /** The ticket of the thread that this object is for. */
  declare readonly holder: number;
  declare private closed: boolean;
  /** What proves, once it is released, that the thread has ended. */
  declare private lock: Promise<HeldLock> | undefined;
  declare private late: number;
  declare protected readonly onLate: ((count: number) => void) | undefined;
  /** This heap, and not a proxy of it. */
  declare protected readonly itself: () => this;
  /** Closes. */
  declare readonly [Symbol.dispose]: () => void;

  /** A new heap; the thread that makes it has the first lane. O(lanes) over memory of its own, else O(bytes / 4096). */
  constructor(options: SharedSlabOptions) {
    present(this, WORDS);
    const opened = openedBy.get(options);
    const { onLateDoubleFree, ...where } = opened === undefined ? readOptions(options, KNOWN) : opened.options;
    checkCallback("onLateDoubleFree", onLateDoubleFree);
    const heap = opened === undefined ? makeShared(where) : opened.heap;
    const w = heap.words;
    this.memory = heap;
    this.heap = heap;
    this.base = w[H_BASE];
    this.pages = w[H_LIMIT];
    this.shift = w[H_CODE_SHIFT];
    this.remote = w[H_REMOTE] - w[H_BITS];
    this.inStack = w[H_DEPTH] - 1;
    this.capacity = w[H_LIMIT] * PAGE_SIZE;
    this.closed = false;
    this.lock = undefined;
    this.onLate = onLateDoubleFree;
    this.itself = () => this;
    this.holder = opened === undefined ? 1 : opened.ticket;
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
    disposable(this);
  }

  /**
   * The heap that another thread made at `byteOffset` of a buffer, or of a shared `WebAssembly.Memory`; this thread gets a lane of it. `ticket`:
   * what another thread drew for this one, and knows it by; default: one that is drawn now. Throws `TicketError` where it is in use, `NoLaneError` where all
   * lanes are held, `CorruptionError` where there is no heap. O(lanes).
   */
  static attach(memory: ArrayBufferLike | WasmMemory, options: Partial<AttachOptions> = {}): SharedSlabAllocator {
    const { ticket, byteOffset, onLateDoubleFree } = readOptions(options, ["ticket", "byteOffset", "onLateDoubleFree"]);
    checkCallback("onLateDoubleFree", onLateDoubleFree);
    return new SharedSlabAllocator(laneOptions(openShared(memory, byteOffset), ticket, onLateDoubleFree));
  }

  /** The control block, as it is now. For other engines and for tests; writing to it breaks the heap. */
  get words(): Int32Array {
    return this.heap.words;
  }

  /** Works with a lane from now on. */
  private hold(lane: number): void {
    const w = this.heap.words;
    const name = w[lane + H_NAME];
    this.lane = lane;
    this.code = w[lane + H_CODE];
    this.lift = (this.base - (name << 5)) | 0;
    this.bits = ((w[H_BITS] << 5) - (name << 1)) | 0;
    this.info = w[H_INFO] - 4 - (name >>> 5);
    this.late = w[lane + H_LATE];
    this.view = w;
  }

  /** The control block, where the thread has a lane, or gets one now; else throws. Answers to what others want. */
  protected now(): Int32Array {
    let w = this.view;
    if (w.length === 0) w = this.resumed();
    // Is the lane still this thread's? It changes only where somebody breaks the rules, so it is read plainly: seen late, but seen.
    if (w[w[this.lane + H_MAIL] + M_STATE] !== ((this.holder << STATE_BITS) | LIVE)) throw laneLost(this.holder);
    if (w[H_WANT] !== w[this.lane + H_SEEN]) answer(w, this.lane);
    return w;
  }

  private resumed(): Int32Array {
    if (this.closed) throw new ClosedError("heap");
    const w = this.heap.words;
    this.hold(resume(w, this.lane, this.holder) ? this.lane : attachLane(w, this.holder));
    return w;
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
      step = relieve(this.heap, lane, this.holder, pages + align - 1, step);
      if (step === NO_STEP) return NULL;
    }
    this.tellLate(w);
    return (this.base + (page << PAGE_SHIFT)) >>> 0;
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
      step = relieve(it.heap, lane, it.holder, slabPages(w[line + C_SIZE], 0), step);
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
    it.tellLate(w);
    return offset >>> 0;
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
    const isOwn = w[w[H_OWN] + (((offset - it.base) | 0) >>> (PAGE_SHIFT + w[H_TERRITORY]))] === it.code;
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

  sizeOf(offset: Offset): number {
    const w = this.heap.words;
    const room = roomAt(w, this.lane, offset);
    if (room === 0) throw new InvalidBlockError(offset);
    return room > 0 ? room : (w[TABLE - room] & E_PAGES) * PAGE_SIZE;
  }

  /** As every allocator's. A large block of another lane stays as it is: `false`. */
  resize(offset: Offset, size: number): boolean {
    return this.itself().resized(offset, size, false) !== NULL;
  }

  reallocate(offset: Offset, size: number): Offset {
    return this.itself().resized(offset, size, true);
  }

  /**
   * A live block made longer or shorter in place, or else, if it may be, moved; NULL where it may not.
   *
   * All of it is here, for V8 to call: more bytes of bytecode than it inlines (460), as SlabAllocator's.
   */
  private resized(offset: Offset, size: number, mayMove: boolean): Offset {
    const w = this.now();
    const { lane } = this;
    const room = roomAt(w, lane, offset);
    if (room === 0) throw new InvalidBlockError(offset);
    if (!(isUint32(size) && size <= this.capacity)) checkSize(size, this.capacity);
    let bytes = room;
    if (room > 0) {
      if (size <= room) return offset;
    } else {
      const page = -room;
      const pages = w[TABLE + page] & E_PAGES;
      const want = (size + PAGE_SIZE - 1) >>> PAGE_SHIFT || 1;
      if (want === pages) return offset;
      // Of another lane? Then it can't be changed here.
      if (w[w[H_OWN] + (page >>> w[H_TERRITORY])] === this.code) {
        if (resizeOwn(w, lane, page, pages, want)) {
          if (want < pages) settle(w, lane);
          return offset;
        }
        // Has the pool what follows on it?
        if (claimAfter(w, lane, page + pages, want - pages) && resizeOwn(w, lane, page, pages, want)) return offset;
      }
      bytes = pages * PAGE_SIZE;
    }
    if (!mayMove) return NULL;
    const moved = this.allocate(size);
    const from = offset >>> 3;
    const to = moved >>> 3;
    // A large block of another lane may become shorter.
    const count = Math.ceil(Math.min(bytes, size) / 8);
    const cells = this.heap.cells(Math.max(from, to) + count);
    if (count > 32) cells.copyWithin(to, from, from + count);
    else for (let i = 0; i < count; i++) cells[to + i] = cells[from + i];
    try {
      this.free(offset);
    } catch (error) {
      // Another thread was quicker, and no order says which of the two was right.
      this.free(moved);
      throw error;
    }
    return moved;
  }

  allocateMany(size: number, out: Offsets): number {
    const it = this.itself();
    checkSize(size, it.capacity);
    const { byteOffset, length } = checkOffsets(out);
    it.heap.checkApart(out);
    let words = out;
    for (let made = 0; made < length; made++) {
      const w = it.now();
      if (size <= SMALL_MAX) made = takeMany(w, it.lane + LINE_OF[(size + 7) >>> 3], words, made);
      if (made === length) break;
      const offset = it.tryAllocate(size);
      if (offset === NULL) return made;
      words = renewed(words, byteOffset, length, it.heap);
      words[made] = offset;
    }
    return length;
  }

  /** As every allocator's, as long as no other thread frees one of them at the same time. O(n log n). */
  freeMany(offsets: Offsets, count?: number): void {
    const it = this.itself();
    const n = checkCount(count, offsets);
    it.heap.checkApart(offsets);
    const w = it.now();
    // The bits of other lanes' blocks can't be set and taken back, so one that comes twice is found by sorting.
    const sorted = Uint32Array.from(offsets.subarray(0, n)).sort();
    for (let i = 0; i < n; i++) {
      const offset = offsets[i] >>> 0;
      if (roomAt(w, it.lane, offset) === 0) throw freeError(w, it.lane, offset);
    }
    for (let i = 1; i < n; i++) if (sorted[i] === sorted[i - 1]) throw new DoubleFreeError(sorted[i]);
    for (let i = 0; i < n; i++) it.free(offsets[i] >>> 0);
  }

  /** Ends the life of every block, of all lanes: while no other thread holds one. Throws `InvalidArgumentError` where one does. O(pages). */
  reset(): void {
    const it = this.itself();
    const w = it.now();
    const others = alone(w, it.lane, it.holder, () => clearShared(w));
    if (others > 0)
      throw new InvalidArgumentError(`invalid reset: ${others} other lanes are held; close or reclaim them`);
    it.late = 0;
  }

  /** Of all lanes together: exact where no other thread changes the heap meanwhile, else as each was in some moment of it. O(pages + blocks). */
  stats(): AllocatorStats {
    return sharedStats(this.heap.words, this.lane);
  }

  /** Walks every invariant of all lanes; for when no other thread changes the heap. */
  verify(): void {
    verifyShared(this.heap.words);
  }

  /** The same of this thread's lane: at any time. */
  verifyLane(): void {
    const it = this.itself();
    verifyLane(it.now(), it.lane);
  }

  /** Double frees by threads that knew nothing of each other, which this lane found when it collected. */
  get lateDoubleFrees(): number {
    return this.heap.words[this.lane + H_LATE];
  }

  protected tellLate(w: Int32Array): void {
    const count = w[this.lane + H_LATE] - this.late;
    if (count === 0) return;
    this.late += count;
    this.onLate?.(count);
  }

  /** Draws a ticket for a thread that is to start: its name here, never drawn again. Throws `TicketError` after 268 million. O(1). */
  ticket(): number {
    return drawTicket(this.heap.words);
  }

  /** Gives all that this thread has no need of to the others, for while it rests. Its next call goes on, in this lane or another. O(pages of the lane). */
  park(): void {
    this.itself().end(L.PARKED);
  }

  /** The same for ever: this thread's last call. Its live blocks stay; the next thread that attaches goes on with the lane. Again: nothing. */
  close(): void {
    const it = this.itself();
    if (it.closed) return;
    // Parked, and another thread has the lane now?
    if (it.view.length !== 0 || resume(it.heap.words, it.lane, it.holder)) {
      it.hold(it.lane);
      it.end(L.ORPHAN);
    }
    it.closed = true;
    it.lock?.then(
      ({ release }) => release(),
      () => {},
    );
  }

  /** As `close`. */
  dispose(): void {
    this.close();
  }

  private end(state: number): void {
    if (this.closed) throw new ClosedError("heap");
    const w = this.view;
    if (w.length === 0) return;
    checkHeld(w, this.lane, this.holder);
    giveAll(w, this.lane);
    this.tellLate(w);
    this.view = NO_WORDS;
    endLane(w, this.lane, this.holder, state);
  }

  /**
   * Repairs what a thread left behind that was killed, wherever that was, while the others go on; they are not disturbed. *It must be known to be dead*:
   * a worker's 'exit' says so, that `terminate()` was called does not. Of a thread that has closed, or never came, or that another reclaims, nothing
   * is left to do: `lanes` is 0. O(pages of its lanes).
   *
   * What it says is live: blocks that the dead thread had allocated, of which others may know. `keep` says which are, and the rest is freed;
   * without it, whoever knows them frees them.
   */
  reclaim(ticket: number, options: ReclaimOptions = {}): Lost {
    const it = this.itself();
    const { keep } = readReclaim(options);
    // A ticket is all that is needed: one that is parked, or has closed, can do it too.
    const w = it.heap.words;
    if (it.view.length !== 0) checkHeld(w, it.lane, it.holder);
    checkTicket(w, ticket);
    if (ticket === it.holder) throw new InvalidArgumentError(`invalid ticket: ${ticket} is this thread's own`);
    return reclaimLanes(w, ticket, it.holder, keep);
  }

  /**
   * Reclaims what a worker leaves behind, once its thread has ended; `then` is told what that was; `options` are those of `reclaim`. What is returned undoes it, as does
   * `close`. For workers that have an 'exit' event; those of a page: `watchLock`. In Deno not of one that was terminated, or ended by an error:
   * its 'exit' comes before a busy thread has stopped, if that ever does.
   */
  watch(worker: WatchedWorker, ticket: number, then?: (lost: Lost) => void, options: ReclaimOptions = {}): () => void {
    const it = this.itself();
    checkTicket(it.heap.words, ticket);
    checkCallback("then", then);
    const read = readReclaim(options);
    return whenEnded(worker, () => it.reclaimOnce(ticket, then, read), "in a page, heap.watchLock(ticket, lock)");
  }

  /**
   * What a page's worker does when it has attached: it takes a Web Lock, which it holds until it closes, or dies. The lock's name is for
   * the thread that is to notice that: `watchLock`. Again: the same name. Throws `UnsupportedError` where there is no `navigator.locks`.
   */
  async holdLock(): Promise<string> {
    const it = this.itself();
    if (it.closed) throw new ClosedError("heap");
    it.lock ??= holdLock(it.holder);
    return (await it.lock).name;
  }

  /**
   * As `watch`, for a worker of a page: reclaims once the lock is free that the worker held when it told its name, so when it can run no more.
   * Resolves once that is sure to be noticed, with what undoes it. Throws `UnsupportedError` where there are no such locks.
   */
  async watchLock(
    ticket: number,
    lock: string,
    then?: (lost: Lost) => void,
    options: ReclaimOptions = {},
  ): Promise<() => void> {
    const it = this.itself();
    checkTicket(it.heap.words, ticket);
    checkCallback("then", then);
    const read = readReclaim(options);
    return whenReleased(lock, ticket, () => it.reclaimOnce(ticket, then, read));
  }

  /** A thread that was watched has ended. */
  private reclaimOnce(ticket: number, then: ((lost: Lost) => void) | undefined, options: ReclaimOptions): void {
    if (this.closed) return;
    const lost = this.reclaim(ticket, options);
    then?.(lost);
  }
}

/** Options of `reclaim`, checked, and read once. */
function readReclaim(options: ReclaimOptions): ReclaimOptions {
  const read = readOptions(options, ["keep"]);
  checkCallback("keep", read.keep);
  return read;
}

/** A heap that was opened, for a thread. */
interface Opened {
  readonly heap: Heap;
  readonly ticket: number;
  readonly options: SharedSlabOptions;
}

/** What `attach` opened, by the options that it passes on: known by identity, so that nothing that a user makes is taken for one. */
const openedBy: WeakMap<object, Opened> = /* @__PURE__ */ new WeakMap();

/** A heap that exists, as the options of a `SharedSlabAllocator` over it: for the thread of a ticket, or of one that is drawn now. */
export function laneOptions(
  heap: Heap,
  ticket: number | undefined,
  onLateDoubleFree: ((count: number) => void) | undefined,
): SharedSlabOptions {
  const w = heap.words;
  const options = { onLateDoubleFree };
  openedBy.set(options, { heap, ticket: ticket === undefined ? drawTicket(w) : checkTicket(w, ticket), options });
  return options;
}

const KNOWN = ["capacity", "maxCapacity", "memory", "buffer", "byteOffset", "byteLength", "lanes", "onLateDoubleFree"];
