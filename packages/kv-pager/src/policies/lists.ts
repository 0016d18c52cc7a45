/**
 * Circular lists through the records of a pool. A list's anchor is before its first block and after its last, so nothing here is a special
 * case. A block whose `next` is 0 stands in no list.
 */
import type { PolicyView } from "./policy.ts";

// Of layout.ts: V8 makes literals of constants of this file only.
const CLOCK = 9;
const NEXT = 24;
const PREV = 25;
const STAMP = 30;

export class Lists {
  declare private readonly words: Int32Array;
  declare private readonly doubles: Float64Array;
  declare private readonly blocks: number;
  declare private readonly count: number;

  constructor({ words, doubles, blocks }: PolicyView, count: number) {
    this.words = words;
    this.doubles = doubles;
    this.blocks = blocks;
    this.count = count;
  }

  /** Empties all lists. */
  clear(): void {
    for (let anchor = this.blocks + 1; anchor <= this.blocks + this.count; anchor++) {
      this.words[16 * anchor + NEXT] = this.words[16 * anchor + PREV] = anchor;
    }
  }

  /** The first block of a list, or 0. */
  first(list: number): number {
    const anchor = this.blocks + 1 + list;
    const id = this.words[16 * anchor + NEXT];
    return id === anchor ? 0 : id;
  }

  /** How many blocks have come to stand in a line since this one has. */
  age(id: number): number {
    return this.doubles[CLOCK] - this.stamp(id);
  }

  append(id: number, list: number): void {
    const anchor = this.blocks + 1 + list;
    this.link(id, this.words[16 * anchor + PREV], anchor);
  }

  remove(id: number): void {
    const { words } = this;
    const at = 16 * id;
    const before = words[at + PREV];
    const after = words[at + NEXT];
    words[16 * before + NEXT] = after;
    words[16 * after + PREV] = before;
    words[at + NEXT] = 0; // the other one stays: see `findPrefix`
  }

  /** To its place in a list that is in the order of stamps: looked for from both ends, O(blocks between there and the nearer one). */
  insert(id: number, list: number): void {
    const { words, blocks } = this;
    const anchor = blocks + 1 + list;
    const mine = this.stamp(id);
    let low = words[16 * anchor + NEXT];
    let high = words[16 * anchor + PREV];
    while (low <= blocks && this.stamp(low) < mine && this.stamp(high) > mine) {
      low = words[16 * low + NEXT];
      high = words[16 * high + PREV];
    }
    // Before the first that is younger: it is `low`, or what follows `high`.
    const after = low > blocks || this.stamp(low) > mine ? low : words[16 * high + NEXT];
    this.link(id, words[16 * after + PREV], after);
  }

  private link(id: number, before: number, after: number): void {
    const { words } = this;
    words[16 * before + NEXT] = words[16 * after + PREV] = id;
    words[16 * id + PREV] = before;
    words[16 * id + NEXT] = after;
  }

  private stamp(id: number): number {
    return this.doubles[(16 * id + STAMP) >>> 1];
  }
}
