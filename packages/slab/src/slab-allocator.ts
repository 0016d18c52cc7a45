import {
  type Allocator, type AllocatorStats, checkAlignment, checkSize, DoubleFreeError, InvalidBlockError, InvalidFreeError, makeStats, type Memory, NULL, type Offset, OutOfMemoryError, reallocate, type Traits,
} from "@ariax/allocator";
import * as L from "./layout.ts";
import { CLASSES, CLASS_SIZES, classOf, PAGE_SHIFT, PAGE_SIZE, SMALL_MAX, slabPages } from "./size-class.ts";
import { giveRun, linkRun, takeAt, takeRun } from "./page-pool.ts";
import { refill, refilled, retireIfEmpty } from "./slabs.ts";

const { L_WORD, L_BASE, L_SIZE, L_MAGIC, L_COUNT, L_LAST, L_SLAB } = L;
const LINE_OF = new Uint16Array(129);
export class SlabAllocator {
  readonly w: Int32Array;
  readonly capacity: number;
  readonly memory: Memory;
  readonly base: number;
  readonly pages: number;
  readonly table: number;
  readonly bits: number;
  readonly lines: number;
  readonly bytes: Uint8Array;
  constructor({ capacity, shared }: { capacity: number; shared?: boolean }) {
    const buffer = shared ? new SharedArrayBuffer(capacity) : new ArrayBuffer(capacity);
    this.memory = { buffer };
    const limit = capacity >>> PAGE_SHIFT;
    const at = L.layoutFor(limit, 1);
    const w = new Int32Array(buffer, 0, at.words);
    this.w = w;
    this.capacity = capacity;
    this.base = 0;
    this.pages = limit;
    this.table = at.table;
    this.bits = at.bits;
    this.lines = at.lines;
    this.bytes = new Uint8Array(buffer);
    w[L.H_LIMIT] = w[L.H_PAGES] = limit;
    w[L.H_BINS] = at.bins; w[L.H_LINES] = at.lines; w[L.H_TABLE] = at.table; w[L.H_INFO] = at.info; w[L.H_BITS] = at.bits;
    for (let c = 0; c < CLASSES; c++) {
      const line = at.lines + c * 8;
      const size = CLASS_SIZES[c];
      const count = Math.floor((slabPages(c) * PAGE_SIZE) / size);
      w[line + L_WORD] = L.H_ZERO;
      w[line + L_SIZE] = size;
      w[line + L_MAGIC] = Math.ceil(2 ** 20 / (size / 8));
      w[line + L_COUNT] = count;
      w[line + L_LAST] = (count & 31) === 0 ? -1 : (1 << (count & 31)) - 1;
    }
    for (let s = 0; s <= 1024; s += 8) LINE_OF[s >>> 3] = at.lines + classOf(s) * 8;
    for (let p = 0; p < at.first; p++) w[at.table + p] = L.E_CONTROL;
    linkRun(w, at.first, limit - at.first);
  }
  allocate(size: number, alignment?: number): Offset {
    const offset = this.tryAllocate(size, alignment);
    if (offset === NULL) throw new OutOfMemoryError(size, alignment ?? 8, this.capacity);
    return offset;
  }
  tryAllocate(size: number, alignment?: number): Offset {
    if (alignment !== undefined) return this.allocateAligned(size, alignment);
    const w = this.w;
    let line: number;
    if (size >>> 0 === size && size <= 1024) line = LINE_OF[(size + 7) >>> 3];
    else if (size <= SMALL_MAX && size > 1024) line = this.lines + (classOf(checkSize(size, this.capacity)) << 3);
    else return this.allocateLarge(size, 1);
    const at = w[line + L_WORD];
    const word = w[at];
    const bit = word & -word;
    if (bit === 0) return this.allocateSlow(line);
    w[at] = word ^ bit;
    return (w[line + L_BASE] + Math.imul(31 - Math.clz32(bit), w[line + L_SIZE])) >>> 0;
  }
  allocateSlow(line: number): Offset {
    const w = this.w;
    if (!refill(w, line)) return NULL;
    const at = w[line + L_WORD];
    const word = w[at];
    const bit = word & -word;
    w[at] = word ^ bit;
    return (w[line + L_BASE] + Math.imul(31 - Math.clz32(bit), w[line + L_SIZE])) >>> 0;
  }
  allocateAligned(size: number, alignment: number): Offset {
    checkAlignment(alignment, 65536);
    checkSize(size, this.capacity);
    if (alignment <= 8) return this.tryAllocate(size);
    if (alignment <= PAGE_SIZE && size <= SMALL_MAX) {
      for (let c = classOf(size); c < CLASSES; c++) if ((CLASS_SIZES[c] & (alignment - 1)) === 0) return this.tryAllocate(CLASS_SIZES[c]);
    }
    return this.allocateLarge(size, Math.max(1, alignment >>> PAGE_SHIFT));
  }
  allocateLarge(size: number, align: number): Offset {
    checkSize(size, this.capacity);
    const w = this.w;
    const pages = Math.max(1, Math.ceil(size / PAGE_SIZE));
    const run = takeRun(w, pages, align, 0);
    if (run === 0) return NULL;
    const table = this.table + run;
    w[table] = L.E_LARGE | pages;
    for (let i = 1; i < pages; i++) w[table + i] = L.E_BODY;
    return (this.base + (run << PAGE_SHIFT)) >>> 0;
  }
  free(offset: Offset): void {
    const o = offset - this.base;
    const page = o >>> PAGE_SHIFT;
    const w = this.w;
    if (offset >>> 0 !== offset || page >= this.pages) throw new InvalidFreeError(offset);
    const entry = w[this.table + page];
    if (entry <= 0) {
      this.freeLarge(offset, page, entry);
      return;
    }
    const line = entry & 0xffff;
    const distance = entry >>> 16;
    const rel = (distance << PAGE_SHIFT) + (o & (PAGE_SIZE - 1));
    const index = Math.imul(rel >>> 3, w[line + L_MAGIC]) >>> 20;
    if (Math.imul(index, w[line + L_SIZE]) !== rel || index >= w[line + L_COUNT]) throw new InvalidFreeError(offset);
    const slab = page - distance;
    const at = this.bits + (slab << 3) + (index >>> 5);
    const old = w[at];
    const bit = 1 << index;
    if ((old & bit) !== 0) throw new DoubleFreeError(offset);
    const now = old | bit;
    w[at] = now;
    if (old === 0) refilled(w, line, slab, index >>> 5);
    if ((now === -1 || now === w[line + L_LAST]) && slab !== w[line + L_SLAB]) retireIfEmpty(w, line, slab);
  }
  freeLarge(offset: Offset, page: number, entry: number): void {
    const w = this.w;
    if ((offset & (PAGE_SIZE - 1)) !== 0 || entry >= L.E_BODY) throw entry >= L.E_WAS_LARGE && entry < 0 ? new DoubleFreeError(offset) : new InvalidFreeError(offset);
    const pages = entry & L.PAGES_MASK;
    const table = this.table + page;
    w[table] = L.E_WAS_LARGE;
    for (let i = 1; i < pages; i++) w[table + i] = L.E_FREE;
    giveRun(w, page, pages);
  }
  sizeOf(offset: Offset): number {
    const o = offset - this.base;
    const page = o >>> PAGE_SHIFT;
    const w = this.w;
    const entry = w[this.table + page];
    if (entry > 0) return w[(entry & 0xffff) + L_SIZE];
    return (entry & L.PAGES_MASK) << PAGE_SHIFT;
  }
  resize(offset: Offset, size: number): boolean {
    const page = (offset - this.base) >>> PAGE_SHIFT;
    const w = this.w;
    const entry = w[this.table + page];
    if (entry > 0) return size <= w[(entry & 0xffff) + L_SIZE];
    const pages = entry & L.PAGES_MASK;
    const want = Math.max(1, Math.ceil(size / PAGE_SIZE));
    const table = this.table + page;
    if (want > pages) {
      if (!takeAt(w, page + pages, want - pages)) return false;
      for (let i = pages; i < want; i++) w[table + i] = L.E_BODY;
    } else if (want < pages) {
      for (let i = want; i < pages; i++) w[table + i] = L.E_FREE;
      giveRun(w, page + want, pages - want);
    } else return true;
    w[table] = L.E_LARGE | want;
    return true;
  }
  reallocate(offset: Offset, size: number): Offset {
    if (this.resize(offset, size)) return offset;
    const moved = this.allocate(size);
    const n = Math.min(this.sizeOf(offset), size);
    this.bytes.copyWithin(moved, offset, offset + n);
    this.free(offset);
    return moved;
  }
}
