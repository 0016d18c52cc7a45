/** Reset: all keys are forgotten, and no block is touched for it. */
import { UnsupportedError } from "@ariax/allocator";
import { beginEpoch } from "./key-index.ts";
import { CACHED, DROPPED, EMPTY, EPOCH } from "./layout.ts";
import type { PoolState } from "./state.ts";
import { endTerms } from "./terms.ts";

const MAX_EPOCH = 2 ** 31 - 1;

/**
 * A new epoch: `mark` is of the old one from now on. The index is emptied. Cached blocks are empty: their bits are those of `cached`. The links of
 * the lines are left to rot: who comes to stand in a line, writes them.
 */
export function restart(s: PoolState): void {
  const { words, cached } = s;
  const epoch = words[EPOCH];
  if (epoch === MAX_EPOCH) throw new UnsupportedError(`epoch ${epoch} is the last one a pool has`);
  beginEpoch(s, epoch + 1);
  endTerms(s);
  s.priority.fill(0);
  const leaves = s.empty.words;
  for (let i = 0; i << 5 <= s.blocks; i++) {
    leaves[i] |= words[cached + i];
    words[cached + i] = 0;
  }
  summarise(leaves, s.blocks);
  words[EMPTY] += words[CACHED];
  words[CACHED] = words[DROPPED] = 0;
  s.policy.reset();
}

/** The levels of a `BitSet` above its leaves, from those: a bit a word that is not 0. */
function summarise(words: Int32Array, last: number): void {
  for (let at = 0, shift = 5; last >>> shift > 0; shift += 5) {
    const above = at + (last >>> shift) + 1;
    for (let i = at; i < above; i++) {
      const bit = 1 << (i - at);
      const next = above + ((i - at) >>> 5);
      if (words[i] === 0) words[next] &= ~bit;
      else words[next] |= bit;
    }
    at = above;
  }
}
