/**
 * What happens to a slot seldom: it lives for the first time, its handles cease to be small integers, it is retired; and what is asked of all
 * slots. Apart from `acquire` and `release`, as V8 inlines by size.
 *
 * The words of old slots have no room for a link. The one that was released last is in the header; the others that are free have a bit
 * each in a set.
 */
import { BitSet } from "@ariax/bitset";
import { OLD } from "./handle.ts";
import { FREE_COUNT, LAST_OLD, LIVED_COUNT, NEXT_FREE, OLD_COUNT, RETIRED_COUNT } from "./layout.ts";

/** What of a pool is needed for that. */
export interface Slots {
  readonly words: Int32Array;
  /** A word each. */
  readonly table: Int32Array;
  readonly old: BitSet;
  readonly capacity: number;
  readonly span: number;
  /** Slot 0's first handle. */
  readonly base: number;
  /** Its last young handle: what ends from there on is old. */
  readonly lastYoung: number;
  readonly lives: number;
}

/** New slots that are linked together: so many that the call for it is seldom, so few that a small pool's memory stays untouched. */
const BATCH = 64;

/** Where no slot is in the list: links some that never lived. How many are in the list then. */
export function linkNew({ words, table, capacity, base }: Slots): number {
  const first = words[LIVED_COUNT];
  const end = Math.min(first + BATCH, capacity);
  if (first === end) return 0;
  for (let slot = first; slot < end - 1; slot++) table[slot] = ~(base + slot + 1);
  table[end - 1] = ~base;
  words[LIVED_COUNT] = end;
  words[NEXT_FREE] = first;
  words[FREE_COUNT] = end - first;
  return end - first;
}

/** The handle of an old slot that lives again, or 0 where there is none. */
export function beginOld({ words, table, old, span }: Slots): number {
  let slot = words[LAST_OLD] - 1;
  if (slot >= 0) words[LAST_OLD] = 0;
  else {
    slot = old.takeFirst();
    if (slot < 0) return 0;
  }
  words[OLD_COUNT]--;
  return (~table[slot] - OLD) * span + slot;
}

/** Releases every record, the lowest last. */
export function endAll(slots: Slots): void {
  const { words, table, span, lastYoung } = slots;
  for (let slot = words[LIVED_COUNT] - 1; slot >= 0; slot--) {
    const handle = handleIn(slots, slot);
    if (handle >= lastYoung) endOld(slots, slot, Math.floor(handle / span));
    else if (handle > 0) {
      // As `release` does.
      table[slot] = ~((handle - slot + span) | words[NEXT_FREE]);
      words[NEXT_FREE] = slot;
      words[FREE_COUNT]++;
    }
  }
}

/** The slots that are neither live nor retired. */
export function freeSlots(slots: Slots): BitSet {
  const { table, capacity } = slots;
  const set = new BitSet(capacity);
  for (let slot = 0; slot < capacity; slot++) {
    if (table[slot] !== ~OLD && handleIn(slots, slot) === 0) set.set(slot);
  }
  return set;
}

/** The last life of a slot's youth ends, or a later one: it is old and free or, after its last life, retired. */
export function endOld({ words, table, old, lives }: Slots, slot: number, life: number): void {
  if (life === lives) {
    table[slot] = ~OLD;
    words[RETIRED_COUNT]++;
    return;
  }
  const other = words[LAST_OLD] - 1;
  if (other >= 0) old.set(other);
  words[LAST_OLD] = slot + 1;
  table[slot] = ~(OLD + life + 1);
  words[OLD_COUNT]++;
}

/** The handle of the live record in a slot, young or old, or 0. */
export function handleIn(slots: Slots, slot: number): number {
  const word = slots.table[slot];
  if (word >= 0) return word;
  const life = ~word - OLD;
  return life > 0 && !isFreeOld(slots, slot) ? life * slots.span + slot : 0;
}

/** Is an old slot free? */
export function isFreeOld({ words, old }: Slots, slot: number): boolean {
  return words[LAST_OLD] === slot + 1 || old.has(slot);
}

/** The handle of the last record that ended in a slot, where it is free or retired; else what is none. */
export function lastIn(slots: Slots, slot: number): number {
  const { table, span, lives } = slots;
  const state = ~table[slot];
  let life = state - OLD;
  if (life < 0) life = Math.floor(state / span);
  else if (life === 0) life = lives + 1;
  else if (!isFreeOld(slots, slot)) return 0;
  return (life - 1) * span + slot;
}
