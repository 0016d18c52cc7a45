/**
 * From a handle to its row: a hash table whose buckets are lists of rows, linked by `CHAIN`.
 *
 * There are as many buckets as rows, and row i has the head of bucket i. So the table grows by a bucket with each new row, and with it one
 * list is divided, that of the bucket whose number lacks the new one's highest bit (Litwin's linear hashing, 1980): there is never a moment in which
 * all is hashed anew. A list has less than one row on average.
 *
 * Where handles are offsets, a row whose block was freed stays in the table until the row is used for something else: so it is known that
 * a block was freed here.
 */
import { CHAIN, FIRST, HEAD, KEY, ROW, ROWS } from "./layout.ts";

/** The row that has the bucket of a key among `rows`. */
function bucketOf(key: number, rows: number): number {
  // Wellons' lowbias32. tried: one multiplication; measured: lists of 13 where blocks are two granules apart, not of 7.
  let hash = Math.imul(key ^ (key >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), -0x7b935975);
  hash ^= hash >>> 16;
  const mask = -1 >>> Math.clz32(rows);
  let bucket = hash & mask;
  if (bucket >= rows) bucket &= mask >>> 1;
  return FIRST + Math.imul(bucket, ROW);
}

/** The row with a key, or 0. O(1) expected. */
export function rowOf(w: Int32Array, key: number): number {
  let row = w[bucketOf(key, w[ROWS]) + HEAD];
  while (row !== 0 && w[row + KEY] !== key) row = w[row + CHAIN];
  return row;
}

/** Gives a row a key, which leads to no other from now on. */
export function setKey(w: Int32Array, row: number, key: number): void {
  const old = rowOf(w, key);
  if (old !== 0) clearKey(w, old);
  const bucket = bucketOf(key, w[ROWS]);
  w[row + KEY] = key;
  w[row + CHAIN] = w[bucket + HEAD];
  w[bucket + HEAD] = row;
}

/** Takes its key from a row that has one. */
export function clearKey(w: Int32Array, row: number): void {
  const bucket = bucketOf(w[row + KEY], w[ROWS]);
  const next = w[row + CHAIN];
  w[row + KEY] = 0;
  let at = w[bucket + HEAD];
  if (at === row) {
    w[bucket + HEAD] = next;
    return;
  }
  while (w[at + CHAIN] !== row) at = w[at + CHAIN];
  w[at + CHAIN] = next;
}

/** The next row, one that never was: a bucket comes with it. */
export function addRow(w: Int32Array): number {
  const rows = w[ROWS];
  const row = FIRST + Math.imul(rows, ROW);
  w[ROWS] = rows + 1;
  w[row + KEY] = 0;
  w[row + HEAD] = 0;
  if (rows === 0) return row;
  // What is in the wrong list now?
  const old = FIRST + Math.imul(rows & (0x7fffffff >>> Math.clz32(rows)), ROW);
  let at = w[old + HEAD];
  w[old + HEAD] = 0;
  while (at !== 0) {
    const next = w[at + CHAIN];
    const bucket = bucketOf(w[at + KEY], rows + 1);
    w[at + CHAIN] = w[bucket + HEAD];
    w[bucket + HEAD] = at;
    at = next;
  }
  return row;
}
