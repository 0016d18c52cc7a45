/**
 * A pool's words, and what they say. Of a block:
 *
 *     empty     holds = 0, no key      its bit of `empty` is set
 *     cached    holds = 0, a key       its bit of `cached` is set, and it stands in the line of its priority
 *     in use    holds > 0              referred to, or pinned
 *
 *     mark = −epoch: it has a key.  mark = epoch: none, and may get one.  Any other: none; it was allocated before the last reset, and what it
 *     holds is of then.
 */
import { BitSet } from "@ariax/bitset";
import type { Policy } from "../policies/policy.ts";
import type { Layout } from "./layout.ts";

// Of layout.ts: V8 makes literals of constants of this file only.
const EPOCH = 8;
const CACHED = 10;
const HOLDS = 26;
const MARK = 27;

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
    this.mask = slots - 1;
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
