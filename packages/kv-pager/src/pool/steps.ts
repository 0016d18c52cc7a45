/** The steps that verbs are made of. They check nothing: a verb checks all of its arguments before its first step. */
import type { Words } from "./check.ts";
import { beginEpoch, forget } from "./key-index.ts";
import { type PoolState, priorityOf, unline } from "./state.ts";
import { forgetPriority } from "./terms.ts";

// Of layout.ts: V8 makes literals of constants of this file only.
const EPOCH = 8;
const EMPTY = 9;
const CACHED = 10;
const DROPPED = 13;
const CLOCK = 9;
const EVICTIONS = 10;
const NEXT = 24;
const HOLDS = 26;
const MARK = 27;
const STAMP = 30;

/** Writes the header and the first state into zeros: every block is empty. */
export function begin(s: PoolState): void {
  s.words.set(s.layout.header);
  beginEpoch(s, 1);
  s.words[EMPTY] = s.blocks;
  s.empty.setRange(1, s.blocks + 1);
  s.policy.reset();
}

/** Its last user has gone: with a key it comes to stand in line, without one it is empty. */
export function leave(s: PoolState, id: number): void {
  const { words, doubles } = s;
  if (words[16 * id + MARK] === -words[EPOCH]) {
    doubles[(16 * id + STAMP) >>> 1] = ++doubles[CLOCK];
    words[s.cached + (id >>> 5)] |= 1 << id;
    words[CACHED]++;
    s.policy.add(id, priorityOf(s, id));
  } else {
    becomeEmpty(s, id);
  }
}

/** A block that nobody uses, without a key. */
export function becomeEmpty(s: PoolState, id: number): void {
  if (s.priority.length > 0) forgetPriority(s, id);
  s.empty.set(id);
  s.words[EMPTY]++;
}

/** The lowest empty block, or else who goes next of the lowest priority, its key forgotten. There is one. */
export function takeOne(s: PoolState): number {
  const { words } = s;
  if (words[EMPTY] === 0) return evictOne(s);
  const id = s.empty.takeFirst();
  words[EMPTY]--;
  use(s, id);
  return id;
}

/** As many, to `out` from `at` on. Of empty ones it looks up the first of a word, and takes all that it needs of that word. */
export function takeMany(s: PoolState, n: number, out: Words, at: number): void {
  if (n === 1) {
    out[at] = takeOne(s);
    return;
  }
  const { words, empty } = s;
  const leaves = empty.words;
  const end = at + n;
  const empties = Math.min(words[EMPTY], n);
  const stop = at + empties;
  words[EMPTY] -= empties;
  while (at < stop) {
    let id = empty.first();
    const leaf = id >>> 5;
    let bits = leaves[leaf];
    // The last bit of a word changes the summaries: so all but that one.
    while (at + 1 < stop && (bits & (bits - 1)) !== 0) {
      bits &= bits - 1;
      use(s, id);
      out[at++] = id;
      id = (leaf << 5) + 31 - Math.clz32(bits & -bits);
    }
    leaves[leaf] = bits;
    empty.clear(id);
    use(s, id);
    out[at++] = id;
  }
  while (at < end) out[at++] = evictOne(s);
}

function evictOne(s: PoolState): number {
  const { policy } = s;
  let id = policy.victim(0);
  for (let line = 1; id === 0; line++) id = policy.victim(line);
  unline(s, id);
  drop(s, id);
  if (s.priority.length > 0) forgetPriority(s, id);
  s.doubles[EVICTIONS]++;
  use(s, id);
  return id;
}

/** A block that nobody uses and that has no key any more begins to be used. */
export function use(s: PoolState, id: number): void {
  const { words } = s;
  words[16 * id + HOLDS] = 1;
  words[16 * id + MARK] = words[EPOCH];
  words[16 * id + NEXT] = 0; // a reset leaves what was there
}

/** Forgets the key of a block, and notes where it was the last copy. */
export function drop(s: PoolState, id: number): void {
  if (forget(s, id)) {
    const { words } = s;
    words[s.dropped + words[DROPPED]++] = id;
  }
}
