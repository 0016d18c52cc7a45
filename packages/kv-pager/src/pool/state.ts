/**
 * A pool's columns, and the steps that its verbs are made of. Of a block:
 *
 *     empty     refs = 0, pins = 0, no key       its bit of `empty` is set
 *     cached    refs = 0, pins = 0, a key        its bit of `cached` is set, and it stands in the line of its priority
 *     in use    refs > 0 or pins > 0
 *
 *     mark = −epoch: it has a key.  mark = epoch: none, and may get one.  Any other: none; it was allocated before the last reset, and what it
 *     holds is of then.
 *
 * The steps check nothing: a verb checks all of its arguments before its first step.
 */
import { BitSet } from "@ariax/bitset";
import type { Policy } from "../policies/policy.ts";
import { forget } from "./key-index.ts";
import { CACHED, CLOCK, DROPPED, EMPTY, EPOCH, EVICTIONS, HEADER, KEY_WORDS, type Layout } from "./layout.ts";
import { forgetPriority } from "./terms.ts";

export class PoolState {
  declare readonly buffer: ArrayBufferLike;
  declare readonly byteOffset: number;
  declare readonly layout: Layout;
  declare readonly blocks: number;
  /** All of the pool: what its length says is whether all of it is there. */
  declare readonly words: Int32Array;
  /** The header's f64. */
  declare readonly doubles: Float64Array;
  declare readonly stamp: Float64Array;
  declare readonly until: Float64Array;
  declare readonly keys: Int32Array;
  declare readonly refs: Int32Array;
  declare readonly pins: Int32Array;
  declare readonly mark: Int32Array;
  declare readonly next: Int32Array;
  declare readonly prev: Int32Array;
  declare readonly twins: Int32Array;
  declare readonly twinsBack: Int32Array;
  declare readonly dropped: Int32Array;
  declare readonly heap: Int32Array;
  declare readonly place: Int32Array;
  declare readonly index: Int32Array;
  declare readonly empty: BitSet;
  declare readonly cached: Int32Array;
  /** Cached blocks of each priority. */
  declare readonly counts: Int32Array;
  declare readonly priority: Uint8Array;
  declare readonly policy: Policy;
  /** What a hash is shifted by to be a slot. */
  declare readonly shift: number;

  constructor(buffer: ArrayBufferLike, byteOffset: number, layout: Layout) {
    const { at, blocks, lists, slots, priorities } = layout;
    const ids = blocks + 1;
    const some = priorities > 1 ? ids : 0;
    const ints = (from: number, length: number) => new Int32Array(buffer, byteOffset + from, length);
    const doubles = (from: number, length: number) => new Float64Array(buffer, byteOffset + from, length);
    this.buffer = buffer;
    this.byteOffset = byteOffset;
    this.layout = layout;
    this.blocks = blocks;
    this.words = ints(0, layout.byteLength / 4);
    this.doubles = doubles(0, HEADER / 2);
    this.stamp = doubles(at.stamp, ids);
    this.until = doubles(at.until, some);
    this.keys = ints(at.keys, KEY_WORDS * ids);
    this.refs = ints(at.refs, ids);
    this.pins = ints(at.pins, ids);
    this.mark = ints(at.mark, ids);
    this.next = ints(at.next, ids + lists);
    this.prev = ints(at.prev, ids + lists);
    this.twins = ints(at.twins, ids);
    this.twinsBack = ints(at.twinsBack, ids);
    this.dropped = ints(at.dropped, ids);
    this.heap = ints(at.heap, some);
    this.place = ints(at.place, some);
    this.index = ints(at.index, 2 * slots);
    this.empty = BitSet.over(this.words, at.empty / 4, ids);
    this.cached = ints(at.cached, Math.ceil(ids / 32));
    this.counts = ints(at.counts, priorities);
    this.priority = new Uint8Array(buffer, byteOffset + at.priority, some);
    this.shift = Math.clz32(slots - 1);
    const words = ints(at.policy, (at.priority - at.policy) / 4);
    const { next, prev, stamp } = this;
    this.policy = layout.kind.create({ blocks, priorities, next, prev, stamp, words });
  }
}

/** Writes the header and the first state into zeros: every block is empty. */
export function begin(s: PoolState): void {
  s.words.set(s.layout.header);
  s.words[EPOCH] = 1;
  s.words[EMPTY] = s.blocks;
  s.empty.setRange(1, s.blocks + 1);
  s.policy.reset();
}

export function hasKey(s: PoolState, id: number): boolean {
  return s.mark[id] === -s.words[EPOCH];
}

export function isUsed(s: PoolState, id: number): boolean {
  return s.refs[id] > 0 || s.pins[id] > 0;
}

export function priorityOf(s: PoolState, id: number): number {
  return s.priority.length === 0 ? 0 : s.priority[id];
}

/** Its last user has gone: with a key it comes to stand in line, without one it is empty. */
export function leave(s: PoolState, id: number): void {
  const { words, doubles } = s;
  if (s.mark[id] === -words[EPOCH]) {
    s.stamp[id] = ++doubles[CLOCK];
    s.cached[id >>> 5] |= 1 << id;
    words[CACHED]++;
    const line = priorityOf(s, id);
    s.counts[line]++;
    s.policy.add(id, line);
  } else {
    becomeEmpty(s, id);
  }
}

/** A block that nobody uses, without a key. */
export function becomeEmpty(s: PoolState, id: number): void {
  forgetPriority(s, id);
  s.empty.set(id);
  s.words[EMPTY]++;
}

/** A cached block leaves its line. */
export function unline(s: PoolState, id: number): void {
  s.cached[id >>> 5] ^= 1 << id;
  s.words[CACHED]--;
  const line = priorityOf(s, id);
  s.counts[line]--;
  s.policy.remove(id, line);
}

/** A cached block stands where its stamp says. */
export function reline(s: PoolState, id: number): void {
  s.cached[id >>> 5] |= 1 << id;
  s.words[CACHED]++;
  const line = priorityOf(s, id);
  s.counts[line]++;
  s.policy.restore(id, line);
}

/** The lowest empty block, or else who goes next of the lowest priority, its key forgotten. There is one. */
export function takeOne(s: PoolState): number {
  const { words } = s;
  let id: number;
  if (words[EMPTY] > 0) {
    id = s.empty.takeFirst();
    words[EMPTY]--;
  } else {
    const { counts } = s;
    let line = 0;
    while (counts[line] === 0) line++;
    id = s.policy.victim(line);
    unline(s, id);
    drop(s, id);
    forgetPriority(s, id);
    s.doubles[EVICTIONS]++;
  }
  use(s, id);
  return id;
}

/** A block that nobody uses and that has no key any more begins to be used. */
export function use(s: PoolState, id: number): void {
  s.refs[id] = 1;
  s.next[id] = 0; // a reset leaves what was there
  s.mark[id] = s.words[EPOCH];
}

/** Forgets the key of a block, and notes where it was the last copy. */
export function drop(s: PoolState, id: number): void {
  if (forget(s, id)) {
    const { words } = s;
    s.dropped[words[DROPPED]++] = id;
  }
}
