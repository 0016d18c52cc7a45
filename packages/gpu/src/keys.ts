/**
 * From a handle to its row: a hash table whose buckets are lists of live rows, linked by `CHAIN`.
 *
 * There are as many buckets as rows, and row i has the head of bucket i. So the table grows by a bucket with each new row, and with it one
 * list is divided, that of the bucket whose number lacks the new one's highest bit (Litwin's linear hashing, 1980): there is never a moment in which
 * all is hashed anew. A list has less than a row on average.
 *
 * A row that leaves its list when its block is freed keeps its `KEY` until the row is taken for something else: so it is known that a block
 * was freed here. Nobody asks for that but errors, and they look at all rows.
 */
import { CHAIN, FIRST, HEAD, KEY, ROW, ROWS } from "./layout.ts";

/** The row that has the bucket of a key among `rows`. */
export function bucketOf(key: number, rows: number): number {
  // Wellons' lowbias32. tried: one multiplication; measured: no faster, and lists of 13 where blocks are two granules apart, not of 7.
  let hash = Math.imul(key ^ (key >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), -0x7b935975);
  hash ^= hash >>> 16;
  const mask = -1 >>> Math.clz32(rows);
  const bucket = hash & mask;
  // Is there none of that number? Then the one without its highest bit. It is a branch that nobody could foresee, so there is none.
  const isOne = (bucket - rows) >> 31;
  return FIRST + Math.imul(bucket & (isOne | (mask >>> 1)), ROW);
}

/** The word that leads to the live row with a key, or 0. O(1) expected. */
export function linkOf(w: Int32Array, key: number): number {
  let link = bucketOf(key, w[ROWS]) + HEAD;
  for (let row = w[link]; row !== 0; row = w[link]) {
    if (w[row + KEY] === key) return link;
    link = row + CHAIN;
  }
  return 0;
}

/** The live row with a key, or 0. O(1) expected. */
export function rowOf(w: Int32Array, key: number): number {
  let row = w[bucketOf(key, w[ROWS]) + HEAD];
  while (row !== 0 && w[row + KEY] !== key) row = w[row + CHAIN];
  return row;
}

/** A key, which no live row has, leads to a row from now on. */
export function addKey(w: Int32Array, row: number, key: number): void {
  const head = bucketOf(key, w[ROWS]) + HEAD;
  w[row + KEY] = key;
  w[row + CHAIN] = w[head];
  w[head] = row;
}

/** The key of a live row leads nowhere from now on. */
export function dropKey(w: Int32Array, row: number): void {
  w[linkOf(w, w[row + KEY])] = w[row + CHAIN];
}

/** Does any row have a key, be it live or not? O(rows). */
export function hasKey(w: Int32Array, key: number): boolean {
  for (let i = 0, row = FIRST; i < w[ROWS]; i++, row += ROW) if (w[row + KEY] === key) return true;
  return false;
}

/** The next row, one that never was: a bucket comes with it. */
export function addRow(w: Int32Array): number {
  const rows = w[ROWS];
  const row = FIRST + Math.imul(rows, ROW);
  w[ROWS] = rows + 1;
  w[row + KEY] = 0;
  w[row + HEAD] = 0;
  if (rows === 0) return row;
  // What is in the wrong list now? `stays` and `goes` are the words that lead to the next row of each.
  let stays = FIRST + Math.imul(rows & (0x7fffffff >>> Math.clz32(rows)), ROW) + HEAD;
  let goes = row + HEAD;
  for (let at = w[stays]; at !== 0; at = w[at + CHAIN]) {
    if (bucketOf(w[at + KEY], rows + 1) === row) {
      w[goes] = at;
      goes = at + CHAIN;
    } else {
      w[stays] = at;
      stays = at + CHAIN;
    }
  }
  w[stays] = 0;
  w[goes] = 0;
  return row;
}
