/**
 * One cache under a trace: requests one after another, each of which finds the blocks that are there, takes the others, computes
 * them, and gives all back. It is a `BlockPool`, so that what is planned with is what will serve.
 */
import { BlockPool } from "../pool/block-pool.ts";

/** A cache to plan with. */
export interface Capacity {
  /** A policy's name: one of `POLICIES`. */
  readonly policy: string;
  readonly blocks: number;
}

const KEY_WORDS = 8;

export class Simulator implements Capacity {
  readonly policy: string;
  readonly blocks: number;
  /** Blocks found, in all. */
  hits = 0;
  /** Requests that have more blocks than the cache, so that they can't be served, and the blocks of these. */
  refused = 0;
  refusedLookups = 0;
  private readonly pool: BlockPool;
  private readonly key = new Uint32Array(KEY_WORDS);
  /** The blocks of the request that is served. */
  private ids = new Int32Array(256);

  /** Throws as `BlockPool` does, also where the host has no memory for so many. */
  constructor({ policy, blocks }: Capacity) {
    this.policy = policy;
    this.blocks = blocks;
    this.pool = new BlockPool({ policy, blocks });
  }

  /** Serves a request for the first `count` of `hashes`, and says how many of them are hits: those before the first miss. */
  serve(hashes: Int32Array, count: number): number {
    const { pool, key } = this;
    if (count > this.blocks) {
      this.refused++;
      this.refusedLookups += count;
      return 0;
    }
    if (count > this.ids.length) this.ids = new Int32Array(2 * count);
    const ids = this.ids;
    let found = 0;
    for (; found < count; found++) {
      const id = pool.find(keyOf(hashes[found], key));
      if (id === 0) break;
      ids[found] = id;
    }
    pool.touch(ids, 0, found);
    pool.allocate(count - found, ids, found);
    for (let i = found; i < count; i++) pool.register(ids[i], keyOf(hashes[i], key));
    pool.release(ids, 0, count);
    this.hits += found;
    return found;
  }

  /** Forgets everything, as an engine does whose weights have changed. */
  clear(): void {
    this.pool.reset();
  }
}

/** A key of 256 bits for a hash's number: all different, and spread as a hash's are. */
function keyOf(number: number, key: Uint32Array): Uint32Array {
  let x = number + 1;
  key[1] = x;
  // MurmurHash3's last step: one to one.
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  key[0] = x ^ (x >>> 16);
  return key;
}
