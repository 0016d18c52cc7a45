/**
 * The free runs of one bin by their exact lengths: a binary trie, as Doug Lea's malloc has for its large chunks.
 *
 *     lengths 64 to 65 … 4096 to 4223 …: those of a bin differ in the bits below the six that chose it
 *
 *                    4160            a node with d nodes above it has the first d of these bits in common with all that is below it;
 *                  0 ╱  ╲ 1          its own length is any of theirs, whichever came first
 *                4099    4200 ─ 4200 ─ 4200        runs that are as long as a node are in a list behind it
 *
 * So there are at most 26 nodes on a way down, however many runs there are; and one where all lengths of a bin are the same, as below
 * 64 granules. Above its kind, `STATE` has the next of the list. A node has the roots of its halves in `NEXT`, for bit 0, and `PREV`, for
 * bit 1; one of a list has the one before it in `PREV`, and that is how it is known.
 *
 * tried: lists, of which 16 runs were looked at, and 1,024 where there was no longer one; measured: as fast, and a block that was as long as
 * the longest gap could be refused.
 */
import { binOf, emptyBin, fillBin } from "./bins.ts";
import { FREE, HEADS, LENGTH, LIST, NEXT, PREV, STATE } from "./layout.ts";

/** The words of a node's two halves begin here. */
const HALVES = NEXT;

/** The bits of a length that choose halves, the first of them at the sign. Where all lengths of a bin are the same nobody asks for them. */
export function branches(length: number): number {
  return length << (Math.clz32(length) + 6);
}

/** A row becomes a free run, in the tree of its bin. O(1): see above. */
export function linkRun(w: Int32Array, row: number): void {
  const bin = binOf(w[row + LENGTH] >>> 0);
  const root = w[HEADS + bin];
  w[row + STATE] = FREE;
  w[row + NEXT] = 0;
  w[row + PREV] = 0;
  if (root === 0) fillBin(w, bin, row);
  else linkBelow(w, root, row);
}

function linkBelow(w: Int32Array, root: number, row: number): void {
  const length = w[row + LENGTH];
  let at = root;
  for (let bits = branches(length); w[at + LENGTH] !== length; bits <<= 1) {
    const half = at + HALVES + (bits >>> 31);
    at = w[half];
    if (at === 0) {
      w[half] = row;
      return;
    }
  }
  // As long as a node: the first of its list.
  const next = w[at + STATE] >>> LIST;
  w[row + STATE] = FREE | (next << LIST);
  w[row + PREV] = at;
  w[at + STATE] = FREE | (row << LIST);
  if (next !== 0) w[next + PREV] = row;
}

/** Takes a free run out of its bin. O(1): see above. */
export function unlinkRun(w: Int32Array, row: number): void {
  const next = w[row + STATE] >>> LIST;
  const prev = w[row + PREV];
  // Is it one of a list?
  if (prev !== 0 && w[prev + STATE] >>> LIST === row) {
    w[prev + STATE] = FREE | (next << LIST);
    if (next !== 0) w[next + PREV] = prev;
    return;
  }
  const bin = binOf(w[row + LENGTH] >>> 0);
  // The only one of its bin?
  if ((next | prev | w[row + NEXT]) === 0 && w[HEADS + bin] === row) emptyBin(w, bin);
  else unlinkNode(w, bin, row, next);
}

/** A node leaves its tree: the next of its list is there instead of it, or one from below it that has no halves, or none. */
function unlinkNode(w: Int32Array, bin: number, row: number, next: number): void {
  const heir = next === 0 ? takeLeaf(w, row) : next;
  if (heir !== 0) {
    w[heir + NEXT] = w[row + NEXT];
    w[heir + PREV] = w[row + PREV];
  }
  let link = HEADS + bin;
  for (let bits = branches(w[row + LENGTH]); w[link] !== row; bits <<= 1) link = w[link] + HALVES + (bits >>> 31);
  w[link] = heir;
}

/** Takes a node that has no halves from below another; 0 where that has none itself. */
function takeLeaf(w: Int32Array, node: number): number {
  let link = 0;
  let leaf = node;
  for (;;) {
    const half = w[leaf + PREV] !== 0 ? leaf + PREV : leaf + NEXT;
    if (w[half] === 0) break;
    link = half;
    leaf = w[half];
  }
  if (link === 0) return 0;
  w[link] = 0;
  return leaf;
}

/** The node of the shortest runs of `length` granules or more, of those in a tree; 0 where there are none. O(1): see above. */
export function leastIn(w: Int32Array, root: number, length: number): number {
  let best = 0;
  let shortest = 2 ** 32;
  // Of the halves that were passed by, the last one: all of it is longer, and shorter than what is in the others.
  let longer = 0;
  let at = root;
  for (let bits = branches(length); at !== 0; bits <<= 1) {
    const long = w[at + LENGTH] >>> 0;
    if (long === length) return at;
    if (long > length && long < shortest) {
      best = at;
      shortest = long;
    }
    if (bits >= 0 && w[at + PREV] !== 0) longer = w[at + PREV];
    at = w[at + HALVES + (bits >>> 31)];
  }
  if (longer === 0) return best;
  const least = shortestIn(w, longer);
  return w[least + LENGTH] >>> 0 < shortest ? least : best;
}

/** The node of the shortest runs in a tree. */
export function shortestIn(w: Int32Array, root: number): number {
  let best = root;
  for (let at = w[root + NEXT] || w[root + PREV]; at !== 0; at = w[at + NEXT] || w[at + PREV]) {
    if (w[at + LENGTH] >>> 0 < w[best + LENGTH] >>> 0) best = at;
  }
  return best;
}

/** The node of the longest runs in a tree. */
export function longestIn(w: Int32Array, root: number): number {
  let best = root;
  for (let at = w[root + PREV] || w[root + NEXT]; at !== 0; at = w[at + PREV] || w[at + NEXT]) {
    if (w[at + LENGTH] >>> 0 > w[best + LENGTH] >>> 0) best = at;
  }
  return best;
}
