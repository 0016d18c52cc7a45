/**
 * How far apart the uses of a block lie: in other blocks used between them, and in time.
 *
 * The *reuse distance* of a use is how many different blocks were used since the last use of the same one. A cache of n blocks in
 * the order of last use holds a block until n others were used, so that the distances are the hits at every capacity at once
 * (Mattson et al., "Evaluation techniques for storage hierarchies", 1970). Blocks are put into a line in the order of their last
 * use; a Fenwick tree counts those behind a place.
 *
 *     place   1   2   3   4   5   6            last use of a at place 2, used again: distance 2, of b and d
 *             ·   a   ·   b   ·   d   ▲ next
 */
import { Column } from "./hashes.ts";

/** Distances fall into classes: 0, 1, 2–3, 4–7, … */
const CLASSES = 33;
/** Times between two uses, in ms, that the classes of time end at; the last has no end. */
export const TIMES: readonly number[] = [1e3, 1e4, 6e4, 6e5, 3.6e6, 8.64e7];

export class Reuse {
  /** Uses by class of distance: class c holds the distances from 2^(c − 1) to below 2^c; class 0 the distance 0. */
  readonly distances: Float64Array = new Float64Array(CLASSES);
  /** Uses by class of time, where requests have times. */
  readonly times: Float64Array = new Float64Array(TIMES.length + 1);
  /** By block: its place in the line, 0 = not used yet. */
  private readonly place = new Column();
  /** By block: when it was last used, ms. */
  private at: Float64Array = new Float64Array(1024);
  /** By place: the block, and one where a block stands there; the tree holds sums of the latter. */
  private block: Int32Array = new Int32Array(1 + 1024);
  private tree: Int32Array = new Int32Array(1 + 1024);
  private next = 1;
  private standing = 0;

  /** The first `count` of `blocks` are used at once, and then stand in the line with the last one first. O(log blocks) each. */
  use(blocks: Int32Array, count: number, at: number, known: number): void {
    this.reserve(known);
    if (this.next + count > this.block.length) this.close(count);
    const places = this.place.words;
    for (let i = 0; i < count; i++) {
      const place = places[blocks[i]];
      if (place === 0) continue;
      this.distances[32 - Math.clz32(this.standing - this.sum(place))]++;
      const time = at - this.at[blocks[i]];
      if (!Number.isNaN(time)) this.times[classOf(time)]++;
    }
    for (let i = count - 1; i >= 0; i--) {
      const block = blocks[i];
      const before = places[block];
      if (before !== 0) this.add(before, -1);
      else this.standing++;
      this.add(this.next, 1);
      places[block] = this.next;
      this.block[this.next++] = block;
      this.at[block] = at;
    }
  }

  private reserve(known: number): void {
    this.place.reserve(known);
    if (known <= this.at.length) return;
    const grown = new Float64Array(this.place.words.length);
    grown.set(this.at);
    this.at = grown;
  }

  /** Blocks at places up to this one. */
  private sum(place: number): number {
    let sum = 0;
    for (let p = place; p > 0; p &= p - 1) sum += this.tree[p];
    return sum;
  }

  private add(place: number, one: number): void {
    for (let p = place; p < this.tree.length; p += p & -p) this.tree[p] += one;
  }

  /** The places are used up: closes the gaps, and makes at least as many new ones. O(places), so O(1) a use. */
  private close(count: number): void {
    const places = this.place.words;
    const old = this.block;
    const room = Math.max(2 * this.standing, this.standing + count, 1024);
    this.block = new Int32Array(1 + room);
    this.tree = new Int32Array(1 + room);
    let last = 0;
    for (let p = 1; p < this.next; p++) {
      if (places[old[p]] !== p) continue;
      places[old[p]] = ++last;
      this.block[last] = old[p];
    }
    // Each entry of the tree is the sum of the places from p − (p & −p) on.
    for (let p = 1; p <= room; p++) this.tree[p] = Math.max(0, Math.min(last, p) - Math.min(last, p - (p & -p)));
    this.next = last + 1;
  }
}

function classOf(time: number): number {
  const found = TIMES.findIndex((end) => time < end);
  return found < 0 ? TIMES.length : found;
}
