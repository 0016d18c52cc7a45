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
import { BITS_SHIFT, E_GIVEN, E_LARGE, E_PAGES, H_BASE, H_BITS, H_REMOTE, TABLE } from "../layout.ts";
import { bitOf, freeError, largeAt } from "../lookup.ts";
import { PAGE_SHIFT } from "../size-class.ts";
import * as L from "./layout.ts";

/** Frees a block of another lane; or why it can't be. At most three atomic instructions, mostly one. */
export function freeRemote(
  w: Int32Array,
  lane: number,
  offset: Offset,
): DoubleFreeError | InvalidFreeError | undefined {
  const bit = bitOf(w, lane, offset);
  if (bit >= 0) return freeBit(w, lane, offset, bit);
  const page = largeAt(w, offset);
  if (page === 0) return freeError(w, lane, offset);
  const pages = w[TABLE + page] & E_PAGES;
  w[lane + L.H_OP] = offset;
  // Has its owner, or another, freed it since it was looked at, or made it longer? No order says which of these was first.
  const before = Atomics.compareExchange(w, TABLE + page, E_LARGE | pages, E_GIVEN | pages);
  if (before !== (E_LARGE | pages)) return new DoubleFreeError(offset);
  announce(w, page, false);
  return undefined;
}

function freeBit(w: Int32Array, lane: number, offset: Offset, bit: number): DoubleFreeError | undefined {
  const word = bit >>> 5;
  const mask = 1 << bit;
  if ((w[word] & mask) !== 0) return new DoubleFreeError(offset);
  w[lane + L.H_OP] = offset;
  const before = Atomics.or(w, word + w[H_REMOTE] - w[H_BITS], mask);
  if ((before & mask) !== 0) return new DoubleFreeError(offset);
  // Who made the word what is not 0 announces it.
  if (before === 0) announce(w, pageOfBit(w, bit), false);
  return undefined;
}

/** Tells the lane that has a page to look there; with `anew`, also where somebody seems to have told it already. */
function announce(w: Int32Array, page: number, anew: boolean): void {
  const territory = page >>> w[L.H_TERRITORY];
  const code = Atomics.load(w, w[L.H_OWN] + territory);
  // The block was collected already, and its pages given back.
  if (code === 0) return;
  const mail = w[L.laneAt(w, code - 1) + L.H_MAIL];
  const bit = 1 << territory;
  const before = Atomics.or(w, mail + L.M_INBOX + (territory >>> 5), bit);
  if ((before & bit) === 0 || anew) Atomics.or(w, mail + L.M_ROOT, 1 << (territory >>> 5));
}

/** Announces the block that a thread freed last: it was stopped before it had, maybe. */
export function announceLast(w: Int32Array, lane: number): void {
  const offset = w[lane + L.H_OP] >>> 0;
  if (offset === 0) return;
  const bit = bitOf(w, lane, offset);
  announce(w, bit >= 0 ? pageOfBit(w, bit) : ((offset - w[H_BASE]) | 0) >>> PAGE_SHIFT, true);
}

/** The page whose bitmap has a bit: of a slab of many pages not always that of the block. */
function pageOfBit(w: Int32Array, bit: number): number {
  return ((bit >>> 5) - w[H_BITS]) >>> BITS_SHIFT;
}
