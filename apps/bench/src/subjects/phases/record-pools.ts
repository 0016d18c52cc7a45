/**
 * The records of phase 2.1: metadata pools of 10,000, each made at once when the one before it is used up, side by side in
 * one buffer, so that one `Int32Array` reaches every record.
 *
 *     memory   │ 16 bytes │ 16 bytes │ 16 bytes │ …     a block has at least 16: no two begin in the same place
 *     places       │ 0 │      │ 9 │      │ 1 │          the record of a place, as its first word's index; 0 = none yet
 *     words    │ pool │ record │ record │ … │ pool │ …
 *
 * A place gets its record when a block first begins there, and keeps it: what is allocated there next finds it ready, as
 * a slab keeps its blocks' constructed state (Bonwick, The Slab Allocator, 1994). So in steady state a record costs its
 * words and nothing else, and there are never more records than places.
 * tried: acquire from the pool and release to it for each block; measured: 33 ns an allocation and its free, instead of 15.
 */
import { MetadataPool } from "@ariax/metadata-pool";
import { RECORD_WORDS, TAG } from "./record.ts";

/** AriaX's own. */
const POOL_RECORDS = 10_000;
/** Records that are acquired together. Divides `POOL_RECORDS`. */
const AT_ONCE = 100;
/** Bytes of a place: the least distance between two blocks. */
export const PLACE_SHIFT = 4;

const SHAPE = { capacity: POOL_RECORDS, fields: { record: "bytes:16" } } as const;
type Pool = MetadataPool<(typeof SHAPE)["fields"]>;

export class RecordPools {
  /** All records, and the pools' own words. */
  declare readonly words: Int32Array;
  /** By place, the index in `words` of its record's first word, or 0. */
  declare readonly places: Int32Array;
  declare private readonly pools: Pool[];
  declare private readonly poolBytes: number;
  /** The records that are acquired and in no place yet: from `next` up to `limit`, as indices in `words`. */
  declare private next: number;
  declare private limit: number;

  /** For a memory of `bytes`. Address space for all the records there could be; pages of it when they are written. */
  constructor(bytes: number) {
    const places = Math.ceil(bytes / 2 ** PLACE_SHIFT);
    this.poolBytes = MetadataPool.byteLength(SHAPE);
    this.words = new Int32Array((Math.ceil(places / POOL_RECORDS) * this.poolBytes) / 4);
    this.places = new Int32Array(places);
    this.pools = [];
    this.next = 0;
    this.limit = 0;
  }

  /** Records that have a place. */
  get count(): number {
    const acquired = this.pools.reduce((sum, pool) => sum + pool.size, 0);
    return acquired - (this.limit - this.next) / RECORD_WORDS;
  }

  /** Bytes of the pools made so far, and of the table. */
  get byteLength(): number {
    return this.pools.length * this.poolBytes + this.places.byteLength;
  }

  /**
   * A record for a place that has none: the index of its first word. O(1), and a pool's bytes every 10,000th time. The
   * rest is apart, as V8 puts this where it is called.
   */
  bind(place: number): number {
    if (this.next === this.limit) this.acquire();
    const at = this.next;
    this.next = at + 4; // RECORD_WORDS
    this.places[place] = at;
    return at;
  }

  /** A hundred records at a time: slots of a pool that never had any released lie side by side. */
  private acquire(): void {
    let pool = this.pools.at(-1);
    if (pool === undefined || pool.size === POOL_RECORDS) {
      const { buffer } = this.words;
      pool = new MetadataPool({ ...SHAPE, buffer, byteOffset: this.pools.length * this.poolBytes });
      this.pools.push(pool);
    }
    this.next = firstWord(pool) + pool.size * RECORD_WORDS;
    for (let i = 0; i < AT_ONCE; i++) pool.acquire();
    this.limit = firstWord(pool) + pool.size * RECORD_WORDS;
  }

  /** No record is a live block's any more. O(records). */
  clear(): void {
    for (const pool of this.pools) {
      const first = firstWord(pool);
      for (let slot = 0; slot < pool.size; slot++) this.words[first + slot * RECORD_WORDS + TAG] = 0;
    }
  }

  verify(): void {
    for (const pool of this.pools) pool.verify();
  }
}

/** The index in `words` of a pool's first record. */
const firstWord = (pool: Pool): number => pool.columns.record.byteOffset / 4;
