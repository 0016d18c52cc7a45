/**
 * Frees of blocks that are another lane's. Its thread works with them by plain loads and stores, so nobody else writes there: a
 * block is freed by setting its bit in a second bitmap, *remote*, and the owner collects these when it needs blocks.
 *
 *     owner's     bits    0100…0  ◀── plain        free = bits | remote
 *     others'     remote  0000…1  ◀── atomic or: the old bit tells a double free, and a word that was 0 is announced:
 *
 *                   inbox word   bit of the territory     ◀── or; was it set, the one who set it announces the rest
 *                   root         bit of the inbox word    ◀── or
 *
 * Announcing goes upwards, and collecting downwards, from the root on, each word exchanged for 0 before what it speaks of is looked at. All of
 * it is by read-modify-writes, so who finds a bit set and stops is seen by whoever clears that bit later. A bit too many is harmless.
 *
 * The block's offset is written down before it is freed, in the lane's own OP. A thread that is killed after the *or*, and before it has
 * announced it, is known by that: whoever repairs its lane announces the block again.
 */
import { DoubleFreeError, type InvalidFreeError, type Offset } from "@ariax/allocator";
import { bitOf, freeError, largeAt } from "../lookup.ts";
import { laneAt } from "./layout.ts";

// layout.ts's and lanes/layout.ts's: see ../page-pool.ts.
const H_BASE = 2;
const H_BITS = 8;
const H_REMOTE = 9;
const H_OWN = 13;
const H_TERRITORY = 14;
const H_MAIL = 23;
const H_OP = 24;
const M_ROOT = 1;
const M_INBOX = 2;
const OWNER = 127;
const TABLE = 600;
const E_PAGES = 0xfffff;
const E_LARGE = 0x80000000 | 0;
const E_GIVEN = 0xb0000000 | 0;
const BITS_SHIFT = 3;
const PAGE_SHIFT = 12;

/** Frees a block of another lane; or why it can't be. At most four atomic instructions, mostly one. */
export function freeRemote(
  w: Int32Array,
  lane: number,
  offset: Offset,
): DoubleFreeError | InvalidFreeError | undefined {
  const bit = bitOf(w, lane, offset);
  return bit < 0 ? freeLarge(w, lane, offset) : freeBit(w, lane, offset, bit);
}

/** The same of a small block, by its bit. */
export function freeBit(w: Int32Array, lane: number, offset: Offset, bit: number): DoubleFreeError | undefined {
  const word = bit >>> 5;
  const mask = 1 << bit;
  if ((w[word] & mask) !== 0) return new DoubleFreeError(offset);
  w[lane + H_OP] = offset;
  const before = Atomics.or(w, word + w[H_REMOTE] - w[H_BITS], mask);
  if ((before & mask) !== 0) return new DoubleFreeError(offset);
  // Who made the word what is not 0 announces it.
  if (before === 0) announce(w, pageOfBit(w, bit), false);
  return undefined;
}

function freeLarge(w: Int32Array, lane: number, offset: Offset): DoubleFreeError | InvalidFreeError | undefined {
  const page = largeAt(w, offset);
  if (page === 0) return freeError(w, lane, offset);
  const pages = w[TABLE + page] & E_PAGES;
  w[lane + H_OP] = offset;
  // Has its owner, or another, freed it since it was looked at, or made it longer? No order says which of these was first.
  const before = Atomics.compareExchange(w, TABLE + page, E_LARGE | pages, E_GIVEN | pages);
  if (before !== (E_LARGE | pages)) return new DoubleFreeError(offset);
  announce(w, page, false);
  return undefined;
}

/** Tells the lane that has a page to look there; with `anew`, also where somebody seems to have told it already. */
function announce(w: Int32Array, page: number, anew: boolean): void {
  const territory = page >>> w[H_TERRITORY];
  const code = Atomics.load(w, w[H_OWN] + territory) & OWNER;
  // The block was collected already, and its pages given back.
  if (code === 0) return;
  const mail = w[laneAt(w, code - 1) + H_MAIL];
  const bit = 1 << territory;
  const before = Atomics.or(w, mail + M_INBOX + (territory >>> 5), bit);
  if ((before & bit) === 0 || anew) Atomics.or(w, mail + M_ROOT, 1 << (territory >>> 5));
}

/** Announces the block that a thread freed last: it was stopped before it had, maybe. */
export function announceLast(w: Int32Array, lane: number): void {
  const offset = w[lane + H_OP] >>> 0;
  if (offset === 0) return;
  const bit = bitOf(w, lane, offset);
  announce(w, bit >= 0 ? pageOfBit(w, bit) : ((offset - w[H_BASE]) | 0) >>> PAGE_SHIFT, true);
}

/** The page whose bitmap has a bit: of a slab of many pages not always that of the block. */
function pageOfBit(w: Int32Array, bit: number): number {
  return ((bit >>> 5) - w[H_BITS]) >>> BITS_SHIFT;
}
