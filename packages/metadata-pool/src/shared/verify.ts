import { AtomicBitSet } from "@ariax/bitset";
import { expect, hex } from "../layout.ts";
import { DEAD, LIVE, laneWord, loadLane, serialOf, stateOf } from "./lanes.ts";
import { type SharedLayout, verifySharedHeader } from "./layout.ts";
import { isFree, type SharedSlots } from "./slots.ts";

/**
 * Walks every invariant of a shared pool; throws `CorruptionError` naming the first broken one. No thread may be amid a call, nor dead
 * and not reclaimed: then each live record has the name of a thread that lives, or nobody's, and each slot that is free has a hint.
 */
export function verifyShared(pool: SharedSlots, layout: SharedLayout): void {
  const { words, table, hints, laneMask, laneBits, nobody, retired } = pool;
  verifySharedHeader(words, layout);
  for (let lane = 1; lane <= pool.lanes; lane++) {
    const word = loadLane(pool, lane);
    const isRight = stateOf(word) !== LIVE || word === laneWord(pool, serialOf(pool, word), 0, LIVE);
    expect(isRight, () => `lane ${lane} has the word ${hex(word)}, which is no lane's`);
  }
  // What a thread would find, that had the pool for itself: false hints are allowed, hidden ones are not.
  const copy = AtomicBitSet.over(new Int32Array(hints.words), 0, hints.length);
  copy.words[copy.words.length - 1] = 0;
  const found = new Uint8Array(table.length);
  for (let slot = copy.takeFirst(); slot >= 0; slot = copy.takeFirst()) {
    expect(slot < table.length, () => `a hint says that slot ${slot} of ${table.length} is free`);
    found[slot] = 1;
  }
  for (let slot = 0; slot < table.length; slot++) {
    const word = table[slot];
    const lane = word & laneMask;
    const isWord =
      word >>> laneBits <= retired >>> laneBits && (lane === 0 || word >>> laneBits < retired >>> laneBits);
    expect(isWord && lane <= nobody, () => `slot ${slot} has the word ${hex(word)}, which is no slot's`);
    const state = lane === 0 || lane === nobody ? LIVE : stateOf(loadLane(pool, lane));
    expect(
      state === LIVE || state === DEAD,
      () => `slot ${slot} is live in the name of lane ${lane}, which nobody has`,
    );
    expect(!isFree(pool, word) || found[slot] === 1, () => `slot ${slot} is free, and no hint says so`);
  }
}
