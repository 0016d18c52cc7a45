/**
 * The gaps of a range in the order of their offsets, for one plan of moves: a tree that has the longest length of each half, so
 * that the lowest gap, or the highest, in which something fits is found in O(log gaps).
 */
import { newBuffer } from "@ariax/allocator/implement";
import { gapOf } from "./fit.ts";
import { AFTER, FIRST, FREE, kindOf, LENGTH, START } from "./layout.ts";
import { freeAfter, freeBefore } from "./rows.ts";

/** Gaps that are looked at because they are long enough, and may not be where they are aligned. */
const TRIES = 64;

export class Gaps {
  /** The rows of the gaps, ascending, and as many places that are a power of two. */
  private readonly rows: number[] = [];
  private readonly leaves: number;
  /** The length of gap i at leaves + i, and of the longest below each other node n at n: it has the nodes 2n and 2n + 1. */
  private readonly longest: Float64Array;

  /** O(rows). */
  constructor(w: Int32Array) {
    for (let row = FIRST; row !== 0; row = w[row + AFTER]) if (kindOf(w, row) === FREE) this.rows.push(row);
    let leaves = 1;
    while (leaves < this.rows.length) leaves *= 2;
    this.leaves = leaves;
    this.longest = new Float64Array(newBuffer(16 * leaves));
    this.rows.forEach((row, i) => {
      this.longest[leaves + i] = w[row + LENGTH] >>> 0;
    });
    for (let node = leaves - 1; node > 0; node--) this.raise(node);
  }

  /** The row of the lowest gap; there is one. */
  get first(): number {
    return this.rows[0];
  }

  /** The lowest gap in which `length` granules fit, aligned, if it begins below `end`; −1 where there is none. */
  lowest(w: Int32Array, length: number, align: number, end: number): number {
    const i = this.find(w, length, align, 0, 1);
    return i >= 0 && w[this.rows[i] + START] >>> 0 < end ? i : -1;
  }

  /** The highest such gap, if it begins above `start`. */
  highest(w: Int32Array, length: number, align: number, start: number): number {
    const i = this.find(w, length, align, this.rows.length - 1, -1);
    return i >= 0 && w[this.rows[i] + START] >>> 0 > start ? i : -1;
  }

  private find(w: Int32Array, length: number, align: number, from: number, step: 1 | -1): number {
    let i = from;
    for (let tries = 0; tries < TRIES; tries++) {
      i = this.search(length, i, step);
      if (i < 0 || gapOf(w, this.rows[i], align) + length <= this.longest[this.leaves + i]) return i;
      i += step;
    }
    // One that is long enough wherever it begins.
    return this.search(length + align - 1, i, step);
  }

  rowOf(i: number): number {
    return this.rows[i];
  }

  /** Of a gap, the row `target` was taken: the longer of what is left before and after it is the gap now. O(log gaps). */
  took(w: Int32Array, i: number, target: number): void {
    const [before, after] = [freeBefore(w, target), freeAfter(w, target)];
    const lengthOf = (row: number): number => (row === 0 ? 0 : w[row + LENGTH] >>> 0);
    const rest = lengthOf(before) > lengthOf(after) ? before : after;
    this.rows[i] = rest;
    this.longest[this.leaves + i] = lengthOf(rest);
    for (let node = (this.leaves + i) >>> 1; node > 0; node >>>= 1) this.raise(node);
  }

  private raise(node: number): void {
    this.longest[node] = Math.max(this.longest[2 * node], this.longest[2 * node + 1]);
  }

  /** The next gap of `length` or more, from gap `from` on, upwards (1) or downwards (−1); −1 where there is none. */
  private search(length: number, from: number, step: 1 | -1): number {
    const { longest, leaves } = this;
    if (from < 0 || from >= this.rows.length) return -1;
    let node = leaves + from;
    // Up, to a half on this side that has one; then down to the first of it.
    while (longest[node] < length) {
      while (node > 1 && (node & 1) === (step > 0 ? 1 : 0)) node >>>= 1;
      if (node <= 1) return -1;
      node += step;
    }
    while (node < leaves) {
      node = 2 * node + (step > 0 ? 0 : 1);
      if (longest[node] < length) node += step;
    }
    return node - leaves;
  }
}
