/**
 * Slots of a shared pool: what their words say (`layout.ts`), and what is asked of all of them. Apart from `acquire` and `release`, as
 * V8 inlines by size.
 */
import { DoubleFreeError, StaleHandleError } from "@ariax/allocator";
import type { AtomicBitSet } from "@ariax/bitset";
import type { Lanes } from "./lanes.ts";

/** What of a pool is needed for that. */
export interface SharedSlots extends Lanes {
  /** A word each. */
  readonly table: Int32Array;
  readonly hints: AtomicBitSet;
  /** 2^indexBits. */
  readonly span: number;
  readonly firstLife: number;
  /** The bits of a lane. */
  readonly laneMask: number;
  /** The word of a slot whose lives are used up. */
  readonly retired: number;
  /** The lane of records in nobody's name. */
  readonly nobody: number;
}

/** The handle of the record that a word of a slot is of: the live one, or the one to come. */
export function handleOf({ laneBits, firstLife, span }: SharedSlots, word: number, slot: number): number {
  return ((word >>> laneBits) + firstLife) * span + slot;
}

/** The word after the end of the life that `word` says. */
export function ended({ laneMask }: SharedSlots, word: number): number {
  return ((word | laneMask) + 1) | 0;
}

export function isFree({ laneMask, retired }: SharedSlots, word: number): boolean {
  return (word & laneMask) === 0 && word !== retired;
}

/** The word of the slot of a live record, loaded atomically, or 0: for any value whatever. */
export function liveWord(slots: SharedSlots, handle: number): number {
  const { table, span, laneMask } = slots;
  const slot = Number.isSafeInteger(handle) && handle > 0 ? handle & (span - 1) : table.length;
  const word = slot < table.length ? Atomics.load(table, slot) : 0;
  return (word & laneMask) !== 0 && handleOf(slots, word, slot) === handle ? word : 0;
}

/**
 * A record of a slot that a hint says is free, or 0 where there is no hint. Who takes a hint answers for it: whoever freed the slot did so
 * before setting it, so that an old word, or one that another life has ended since, is looked at again before the hint is dropped.
 */
export function acquireHinted(slots: SharedSlots, lane: number): number {
  const { table, hints } = slots;
  for (let slot = hints.takeFirst(); slot >= 0; slot = hints.takeFirst()) {
    let word = table[slot];
    if (!isFree(slots, word)) word = Atomics.load(table, slot);
    while (isFree(slots, word)) {
      const seen = Atomics.compareExchange(table, slot, word, word | lane);
      if (seen === word) return handleOf(slots, word, slot);
      word = seen;
    }
  }
  return 0;
}

/** Ends a record's life, where that was not done at first sight: some other thread acts on it, or the handle is not live. */
export function releaseOther(slots: SharedSlots, handle: number): void {
  const { table, span, hints, retired } = slots;
  // A turn but the last: another thread adopted it meanwhile.
  for (let word = liveWord(slots, handle); word !== 0; word = liveWord(slots, handle)) {
    const slot = handle & (span - 1);
    const next = ended(slots, word);
    if (Atomics.compareExchange(table, slot, word, next) !== word) continue;
    if (next !== retired) hints.set(slot);
    return;
  }
  throw hasEnded(slots, handle)
    ? new DoubleFreeError(handle, `the record of handle ${handle}`)
    : new StaleHandleError(handle);
}

/** Was the handle's record the last one in its slot, which is free or retired? */
function hasEnded(slots: SharedSlots, handle: number): boolean {
  const { table, span, firstLife, laneMask } = slots;
  if (!Number.isSafeInteger(handle) || handle < firstLife * span) return false;
  const slot = handle & (span - 1);
  const word = slot < table.length ? Atomics.load(table, slot) : laneMask;
  return (word & laneMask) === 0 && handleOf(slots, word, slot) === handle + span;
}

/** How many slots are live, and how many retired: each was when it was looked at. O(capacity). */
export function countSlots({ table, laneMask, retired }: SharedSlots): {
  readonly live: number;
  readonly worn: number;
} {
  let live = 0;
  let worn = 0;
  for (let slot = 0; slot < table.length; slot++) {
    const word = table[slot];
    if ((word & laneMask) !== 0) live++;
    else if (word === retired) worn++;
  }
  return { live, worn };
}

/** Gives the live records of a lane another name, one by one. O(capacity). */
export function rename({ table, laneMask }: SharedSlots, from: number, to: number): void {
  for (let slot = 0; slot < table.length; slot++) {
    const word = table[slot];
    // Where it fails, someone released or adopted the record: then it has no name, or theirs.
    if ((word & laneMask) === from) Atomics.compareExchange(table, slot, word, word ^ from ^ to);
  }
}
