/**
 * Many blocks at once: the same as one by one, but what is the same for all is read once, and each word is written once.
 *
 * Freeing is all or nothing, in two passes. The first takes each block's mark away, which proves it, and tells one that
 * comes twice; where one can't be freed, the marks are put back, and nothing has changed. The second puts each block where
 * `free` would. A bit that is set before its turn can only let a slab be given back sooner, with all its blocks: the later
 * ones find no slab.
 */
import { DoubleFreeError, type InvalidFreeError, type Offsets } from "@ariax/allocator";
import { freeLarge } from "./large.ts";
import { flipMark, freeError, largeAt, roomAt } from "./lookup.ts";
import { offer } from "./slabs.ts";

// layout.ts's and size-class.ts's: see page-pool.ts.
const H_BASE = 2;
const H_LIMIT = 3;
const H_INFO = 7;
const H_BITS = 8;
const H_DEPTH = 12;
const LINE_SHIFT = 3;
const C_WORD = 0;
const C_BASE = 1;
const C_SIZE = 2;
const C_INVERSE = 3;
const C_TOP = 4;
const TABLE = 600;
const ENTRY_SHIFT = 7;
const ENTRY_LINE = 127;
const E_BODY = 0x90000000 | 0;
const E_PAGES = 0xfffff;
const INFO_SHIFT = 2;
const P_SHAPE = 3;
const SHAPE_BLOCKS = 8;
const BITS_SHIFT = 3;
const INDEX_SHIFT = 19;
const INDEX_CHECK = 0xf007ffff | 0;
const PAGE_SHIFT = 12;

/** Takes the free blocks of a class's cursor word and stack, in the order of `allocate`; where `out` is filled up to, from `made` on. */
export function takeMany(w: Int32Array, line: number, out: Offsets, made: number): number {
  const word = w[line + C_WORD];
  const base = w[line + C_BASE];
  const size = w[line + C_SIZE];
  let bits = w[word];
  let at = made;
  for (; bits !== 0 && at < out.length; at++) {
    out[at] = base + Math.imul(31 - Math.clz32(bits & -bits), size);
    bits &= bits - 1;
  }
  w[word] = bits;
  let top = w[line + C_TOP];
  for (; at < out.length && w[top] !== 0; at++, top -= 2) {
    out[at] = w[top];
    w[w[top + 1] >>> 5] ^= 1 << w[top + 1];
  }
  w[line + C_TOP] = top;
  return at;
}

/** What is wrong with the first block that can't be freed; where nothing is, all are, and were pages given back? */
export function freeAll(w: Int32Array, offsets: Offsets, count: number): DoubleFreeError | InvalidFreeError | boolean {
  const base = w[H_BASE];
  const limit = w[H_LIMIT];
  const bits = w[H_BITS] << 5;
  let large = false;
  let good = 0;
  for (; good < count; good++) {
    const at = (offsets[good] - base) | 0;
    const page = at >>> PAGE_SHIFT;
    const entry = page < limit ? w[TABLE + page] : 0;
    if (entry > 0) {
      const end = entry >>> ENTRY_SHIFT;
      const scaled = Math.imul((end << PAGE_SHIFT) - at, w[((entry & ENTRY_LINE) << LINE_SHIFT) + C_INVERSE]);
      const bit = (bits + (end << (BITS_SHIFT + 5)) - (scaled >>> INDEX_SHIFT)) | 0;
      const old = w[bit >>> 5];
      const now = old | (1 << bit);
      if ((scaled & INDEX_CHECK) !== 0 || now === old) break;
      w[bit >>> 5] = now;
    } else if (largeAt(w, offsets[good] >>> 0) !== 0) {
      flipMark(w, offsets[good] >>> 0);
      large = true;
    } else break;
  }
  if (good < count) {
    for (let i = 0; i < good; i++) flipMark(w, offsets[i] >>> 0);
    const bad = offsets[good] >>> 0;
    // Live? Then it comes twice, and the second free would be the double one.
    return roomAt(w, 0, bad) !== 0 ? new DoubleFreeError(bad) : freeError(w, 0, bad);
  }
  // The pages of a large block must not look free before its turn: a free neighbour would be merged with them.
  if (large) {
    for (let i = 0; i < count; i++) {
      if (w[TABLE + (((offsets[i] - base) | 0) >>> PAGE_SHIFT)] <= 0) flipMark(w, offsets[i] >>> 0);
    }
  }
  return putAll(w, offsets, count);
}

/** Puts freed blocks on their stacks, or offers them; frees large ones. Were pages given back? */
function putAll(w: Int32Array, offsets: Offsets, count: number): boolean {
  const base = w[H_BASE];
  const bits = w[H_BITS] << 5;
  const info = w[H_INFO];
  const inStack = w[H_DEPTH] - 1;
  let gave = false;
  for (let i = 0; i < count; i++) {
    const at = (offsets[i] - base) | 0;
    const entry = w[TABLE + (at >>> PAGE_SHIFT)];
    if (entry > 0) {
      const line = (entry & ENTRY_LINE) << LINE_SHIFT;
      const end = entry >>> ENTRY_SHIFT;
      const scaled = Math.imul((end << PAGE_SHIFT) - at, w[line + C_INVERSE]);
      const bit = (bits + (end << (BITS_SHIFT + 5)) - (scaled >>> INDEX_SHIFT)) | 0;
      if (bit >>> 5 === w[line + C_WORD]) continue;
      const top = w[line + C_TOP] + 2;
      if ((top & inStack) !== 0) {
        w[top] = offsets[i];
        w[top + 1] = bit;
        w[line + C_TOP] = top;
      } else {
        const isOffered = (w[info + ((end - 1) << INFO_SHIFT)] >>> (((scaled >>> INDEX_SHIFT) - 1) >>> 5)) & 1;
        // A word that is full may have its slab given back.
        const now = w[bit >>> 5];
        const isFull = now === -1 || now === -1 << -(w[info + ((end - 1) << INFO_SHIFT) + P_SHAPE] >>> SHAPE_BLOCKS);
        if ((isOffered === 0 || isFull) && offer(w, 0, entry, bit >>> 5)) gave = true;
      }
    } else if (entry < E_BODY) {
      freeLarge(w, 0, at >>> PAGE_SHIFT, entry & E_PAGES);
      gave = true;
    }
    // Else of a slab that went back with all its blocks.
  }
  return gave;
}
