/**
 * A pool's words, and the steps that its verbs are made of. Of a block:
 *
 *     empty     holds = 0, no key      its bit of `empty` is set
 *     cached    holds = 0, a key       its bit of `cached` is set, and it stands in the line of its priority
 *     in use    holds > 0              referred to, or pinned
 *
 *     mark = −epoch: it has a key.  mark = epoch: none, and may get one.  Any other: none; it was allocated before the last reset, and what it
 *     holds is of then.
 *
 * The steps check nothing: a verb checks all of its arguments before its first step.
 */
import { BitSet } from "@ariax/bitset";
import type { Policy } from "../policies/policy.ts";
import { beginEpoch, forget } from "./key-index.ts";
import type { Layout } from "./layout.ts";
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

export class PoolState {
  declare readonly buffer: ArrayBufferLike;
  declare readonly byteOffset: number;
  declare readonly layout: Layout;
  declare readonly blocks: number;
  /** All of the pool. Its length says whether all of it is there. */
  declare readonly words: Int32Array;
  /** The same, as f64. */
  declare readonly doubles: Float64Array;
  /** Where these begin, in words. */
  declare readonly index: number;
  declare readonly cached: number;
  declare readonly dropped: number;
  /** The index's last word, from its first. */
  declare readonly mask: number;
  /** What a hash is shifted by to be a slot. */
  declare readonly shift: number;
  declare readonly empty: BitSet;
  /** Columns by id: of no length where there is one priority only. */
  declare readonly priority: Uint8Array;
  declare readonly until: Float64Array;
  declare readonly heap: Int32Array;
  declare readonly place: Int32Array;
  declare readonly policy: Policy;

  constructor(buffer: ArrayBufferLike, byteOffset: number, layout: Layout) {
    const { at, blocks, slots, priorities, byteLength, kind } = layout;
    const ids = blocks + 1;
    const some = priorities > 1 ? ids : 0;
    this.buffer = buffer;
    this.byteOffset = byteOffset;
    this.layout = layout;
    this.blocks = blocks;
    this.words = new Int32Array(buffer, byteOffset, byteLength / 4);
    this.doubles = new Float64Array(buffer, byteOffset, byteLength / 8);
    this.index = at.index / 4;
    this.cached = at.cached / 4;
    this.dropped = at.dropped / 4;
    this.mask = 2 * slots - 1;
    this.shift = Math.clz32(slots - 1);
    this.empty = BitSet.over(this.words, at.empty / 4, ids);
    this.priority = new Uint8Array(buffer, byteOffset + at.priority, some);
    this.until = new Float64Array(buffer, byteOffset + at.until, some);
    this.heap = new Int32Array(buffer, byteOffset + at.heap, some);
    this.place = new Int32Array(buffer, byteOffset + at.place, some);
    const own = new Int32Array(buffer, byteOffset + at.policy, (at.priority - at.policy) / 4);
    this.policy = kind.create({ blocks, priorities, words: this.words, doubles: this.doubles, own });
  }
}

/** Writes the header and the first state into zeros: every block is empty. */
export function begin(s: PoolState): void {
  s.words.set(s.layout.header);
  beginEpoch(s, 1);
  s.words[EMPTY] = s.blocks;
  s.empty.setRange(1, s.blocks + 1);
  s.policy.reset();
}

export function hasKey(s: PoolState, id: number): boolean {
  return s.words[16 * id + MARK] === -s.words[EPOCH];
}

export function isUsed(s: PoolState, id: number): boolean {
  return s.words[16 * id + HOLDS] !== 0;
}

export function isCached(s: PoolState, id: number): boolean {
  return ((s.words[s.cached + (id >>> 5)] >>> id) & 1) === 1;
}

export function priorityOf(s: PoolState, id: number): number {
  return s.priority.length === 0 ? 0 : s.priority[id];
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

/** A cached block leaves its line. */
export function unline(s: PoolState, id: number): void {
  const { words } = s;
  words[s.cached + (id >>> 5)] ^= 1 << id;
  words[CACHED]--;
  s.policy.remove(id, priorityOf(s, id));
}

/** A cached block stands where its stamp says. */
export function reline(s: PoolState, id: number): void {
  const { words } = s;
  words[s.cached + (id >>> 5)] |= 1 << id;
  words[CACHED]++;
  s.policy.restore(id, priorityOf(s, id));
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
