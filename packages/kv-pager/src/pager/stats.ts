/** What a pager says of itself. */
import type { Core } from "./core.ts";
import { EPOCH, MOVES, RUNNING } from "./layout.ts";

export interface KvPagerStats {
  /** Sequences that are open, and of them those that have blocks. */
  readonly sequences: number;
  readonly running: number;
  /** Transfers in flight. */
  readonly tickets: number;
  /** Moves that wait for the engine. */
  readonly moves: number;
  readonly epoch: number;
  readonly tiers: readonly {
    readonly name: string;
    readonly blocks: number;
    readonly empty: number;
    readonly cached: number;
    readonly used: number;
    readonly evictions: number;
  }[];
  /** Bytes for tables and keys, in use and in all. */
  readonly tableBytes: number;
  readonly tableCapacity: number;
  readonly byteLength: number;
}

export function statsOf({ layout, tiers, sequences, tickets, words, heap }: Core): KvPagerStats {
  return {
    ...{ sequences: sequences.size, running: words[RUNNING], tickets: tickets.size },
    ...{ moves: words[MOVES], epoch: words[EPOCH] },
    tiers: tiers.map((pool, tier) => {
      const { blocks, empty, cached, used, evictions } = pool.stats();
      return { name: layout.tiers[tier].name, blocks, empty, cached, used, evictions };
    }),
    ...{ tableBytes: heap.stats().live, tableCapacity: layout.tableBytes, byteLength: layout.byteLength },
  };
}
