/**
 * From a handle to its row: a hash table whose buckets are lists of rows, linked by `CHAIN`.
 *
 * There are as many buckets as rows, and row i has the head of bucket i. So the table grows by a bucket with each new row, and with it one
 * list is divided, that of the bucket whose number lacks the new one's highest bit (Litwin's linear hashing, 1980): there is never a moment in which
 * all is hashed anew. A list has less than one row on average.
 *
 * Where handles are offsets, a row whose block was freed stays in the table until the row is used for something else: so it is known that
 * a block was freed here. A later block may begin where it did: then two rows have one key. A list has the later one first, and that one
 * is found.
 */
import { CHAIN, FIRST, HEAD, KEY, ROW, ROWS } from "./layout.ts";

/** The row that has the bucket of a key among `rows`. */
export function bucketOf(key: number, rows: number): number {
  // Wellons' lowbias32. tried: one multiplication; measured: no faster, and lists of 13 where blocks are two granules apart, not of 7.
  let hash = Math.imul(key ^ (key >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), -0x7b935975);
  hash ^= hash >>> 16;
  const mask = -1 >>> Math.clz32(rows);
  let bucket = hash & mask;
  if (bucket >= rows) bucket &= mask >>> 1;
  return FIRST + Math.imul(bucket, ROW);
}

/** The row with a key, the one that has got it last; or 0. O(1) expected. */
export function rowOf(w: Int32Array, key: number): number {
  let row = w[bucketOf(key, w[ROWS]) + HEAD];
  while (row !== 0 && w[row + KEY] !== key) row = w[row + CHAIN];
  return row;
}

/** Gives a row that has none a key, which leads to it from now on. */
export function addKey(w: Int32Array, row: number, key: number): void {
  const bucket = bucketOf(key, w[ROWS]);
  w[row + KEY] = key;
  w[row + CHAIN] = w[bucket + HEAD];
  w[bucket + HEAD] = row;
}

/** Takes its key from a row that has one. */
export function clearKey(w: Int32Array, row: number): void {
  const head = bucketOf(w[row + KEY], w[ROWS]) + HEAD;
  w[row + KEY] = 0;
  let at = w[head];
  if (at === row) w[head] = w[row + CHAIN];
  else {
    while (w[at + CHAIN] !== row) at = w[at + CHAIN];
    w[at + CHAIN] = w[row + CHAIN];
  }
}

/** The next row, one that never was: a bucket comes with it. */
export function addRow(w: Int32Array): number {
  const rows = w[ROWS];
  const row = FIRST + Math.imul(rows, ROW);
  w[ROWS] = rows + 1;
  w[row + KEY] = 0;
  w[row + HEAD] = 0;
  if (rows === 0) return row;
  // What is in the wrong list now? Both keep their order: `stays` and `goes` are the words that the next row of each is written to.
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
