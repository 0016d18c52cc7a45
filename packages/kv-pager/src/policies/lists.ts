/**
 * Circular lists through the pool's columns `next` and `prev`. A list's anchor is before its first block and after its last, so nothing
 * here is a special case. 0 is no block: a block whose `next` is 0 stands in no list.
 */
import type { PolicyView } from "./policy.ts";

export class Lists {
  declare private readonly next: Int32Array;
  declare private readonly prev: Int32Array;
  declare private readonly stamp: Float64Array;
  declare private readonly blocks: number;
  declare private readonly count: number;

  constructor(view: PolicyView, count: number) {
    this.next = view.next;
    this.prev = view.prev;
    this.stamp = view.stamp;
    this.blocks = view.blocks;
    this.count = count;
  }

  /** Empties all lists. */
  clear(): void {
    const first = this.blocks + 1;
    for (let anchor = first; anchor < first + this.count; anchor++) this.next[anchor] = this.prev[anchor] = anchor;
  }

  /** The first block of a list; of an empty one, no id. */
  first(list: number): number {
    return this.next[this.blocks + 1 + list];
  }

  append(id: number, list: number): void {
    const { next, prev } = this;
    const anchor = this.blocks + 1 + list;
    const last = prev[anchor];
    next[last] = id;
    prev[id] = last;
    next[id] = anchor;
    prev[anchor] = id;
  }

  remove(id: number): void {
    const { next, prev } = this;
    const [before, after] = [prev[id], next[id]];
    next[before] = after;
    prev[after] = before;
    next[id] = prev[id] = 0;
  }

  /** To its place in a list that is in the order of stamps: looked for from both ends, O(blocks between there and the nearer one). */
  insert(id: number, list: number): void {
    const { next, prev, stamp, blocks } = this;
    const anchor = blocks + 1 + list;
    const mine = stamp[id];
    let [low, high] = [next[anchor], prev[anchor]];
    while (low <= blocks && stamp[low] < mine && stamp[high] > mine) {
      low = next[low];
      high = prev[high];
    }
    // Before the first that is younger: it is `low`, or what follows `high`.
    const after = low > blocks || stamp[low] > mine ? low : next[high];
    const before = prev[after];
    next[before] = prev[after] = id;
    next[id] = after;
    prev[id] = before;
  }
}
