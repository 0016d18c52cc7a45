/** From an offset to the block there, if one is: what every verb but the hot ones begins with. All O(1). */
import { DoubleFreeError, InvalidFreeError, type Offset } from "@ariax/allocator";
import { isUint32 } from "@ariax/allocator/implement";

// layout.ts's and size-class.ts's: see page-pool.ts.
const H_BASE = 2;
const H_LIMIT = 3;
const H_BITS = 8;
const H_REMOTE = 9;
const H_CODE_SHIFT = 24;
const LINE_SHIFT = 3;
const C_SIZE = 2;
const C_INVERSE = 3;
const TABLE = 600;
const ENTRY_SHIFT = 7;
const ENTRY_LINE = 127;
const E_LARGE = 0x80000000 | 0;
const E_BODY = 0x90000000 | 0;
const E_GIVEN = 0xb0000000 | 0;
const E_WAS_SLAB = 0xc0000000 | 0;
const E_WAS_LARGE = 0xe0000000 | 0;
const BITS_SHIFT = 3;
const INDEX_SHIFT = 19;
const INDEX_CHECK = 0xf007ffff | 0;
const PAGE_SHIFT = 12;

/**
 * Bytes of the small block at an offset, or minus the first page of a large one; 0 where no live block begins. Sizes are read from the
 * lines of `lane`, whoever's the block is.
 */
export function roomAt(w: Int32Array, lane: number, offset: Offset): number {
  const page = pageAt(w, offset);
  const entry = page < 0 ? 0 : entryAt(w, page);
  if (entry <= 0) return entry >= E_LARGE && entry < E_BODY && isPage(offset) ? -page : 0;
  const scaled = scaledIndex(w, lane, offset, entry);
  if ((scaled & INDEX_CHECK) !== 0) return 0;
  const bit = bitAt(w, entry, scaled);
  return isFreed(w, bit) ? 0 : w[lane + ((entry & ENTRY_LINE) << LINE_SHIFT) + C_SIZE];
}

/** The bit of the small block that begins at an offset, live or free; −1 where none does. */
export function bitOf(w: Int32Array, lane: number, offset: Offset): number {
  const page = pageAt(w, offset);
  const entry = page < 0 ? 0 : entryAt(w, page);
  if (entry <= 0) return -1;
  const scaled = scaledIndex(w, lane, offset, entry);
  return (scaled & INDEX_CHECK) === 0 ? bitAt(w, entry, scaled) : -1;
}

/** Is a block free, by its owner or by another lane? */
function isFreed(w: Int32Array, bit: number): boolean {
  const word = bit >>> 5;
  const remote = w[H_REMOTE] === 0 ? 0 : w[word + w[H_REMOTE] - w[H_BITS]];
  return ((w[word] | remote) & (1 << bit)) !== 0;
}

/** The entry of a page; a slab's without the code of its lane. */
function entryAt(w: Int32Array, page: number): number {
  const entry = w[TABLE + page];
  const shift = w[H_CODE_SHIFT];
  return shift === 0 || entry <= 0 ? entry : entry & ((1 << shift) - 1);
}

/** The first page of the live large block at an offset, or 0. */
export function largeAt(w: Int32Array, offset: Offset): number {
  const page = pageAt(w, offset);
  if (page < 0 || !isPage(offset)) return 0;
  const entry = w[TABLE + page];
  return entry >= E_LARGE && entry < E_BODY ? page : 0;
}

/** Why an offset where no live block begins can't be freed. */
export function freeError(w: Int32Array, lane: number, offset: Offset): DoubleFreeError | InvalidFreeError {
  const page = pageAt(w, offset);
  const entry = page < 0 ? 0 : entryAt(w, page);
  // Of a slab that is here, or was, or of a large block that was?
  const slab = entry > 0 ? entry : entry >= E_WAS_SLAB && entry < E_WAS_LARGE ? entry ^ E_WAS_SLAB : 0;
  const wasBlock =
    slab !== 0
      ? (scaledIndex(w, lane, offset, slab) & INDEX_CHECK) === 0
      : ((entry >= E_WAS_LARGE && entry < 0) || (entry >= E_GIVEN && entry < E_WAS_SLAB)) && isPage(offset);
  return wasBlock ? new DoubleFreeError(offset) : new InvalidFreeError(offset);
}

/** Takes a live block's mark away, or puts it back: its bit, or what kind of entry a large block's page has. */
export function flipMark(w: Int32Array, offset: Offset): void {
  const at = TABLE + (((offset - w[H_BASE]) | 0) >>> PAGE_SHIFT);
  const entry = w[at];
  if (entry <= 0) {
    w[at] = entry ^ E_LARGE ^ E_WAS_LARGE;
  } else {
    const bit = bitAt(w, entry, scaledIndex(w, 0, offset, entry));
    w[bit >>> 5] ^= 1 << bit;
  }
}

/** The heap's page that an offset lies in; −1 for what is no offset of it. */
function pageAt(w: Int32Array, offset: Offset): number {
  if (!isUint32(offset)) return -1;
  const page = ((offset - w[H_BASE]) | 0) >>> PAGE_SHIFT;
  return page < w[H_LIMIT] ? page : -1;
}

/** Does an offset begin a page? */
function isPage(offset: Offset): boolean {
  return (offset & ((1 << PAGE_SHIFT) - 1)) === 0;
}

/** (A block's number from its slab's end on) << INDEX_SHIFT, if the distance is a multiple of the block size: see inverseOf. */
function scaledIndex(w: Int32Array, lane: number, offset: Offset, entry: number): number {
  const end = (entry >>> ENTRY_SHIFT) << PAGE_SHIFT;
  return Math.imul(end - (offset - w[H_BASE]), w[lane + ((entry & ENTRY_LINE) << LINE_SHIFT) + C_INVERSE]);
}

/** A block's bit: its bitmap word << 5 | the number there. */
function bitAt(w: Int32Array, entry: number, scaled: number): number {
  return (w[H_BITS] << 5) + ((entry >>> ENTRY_SHIFT) << (BITS_SHIFT + 5)) - (scaled >>> INDEX_SHIFT);
}
