/**
 * *serving*, with the blocks themselves: ids of a `BlockPool`, which knows references, keys and who goes next, where *serving* has a record of
 * a block and no more. The records are columns by id. The heap and the garbage collector do what they do there.
 */
import { BlockPool } from "@ariax/kv-pager";
import { SlabAllocator } from "@ariax/slab";
import type { ServingScenario } from "@ariax/trace";
import { ALLOCATE, FREE, peakOf } from "../events.ts";
import { capacityFor } from "../room.ts";
import { bytesOf, endAll, type Program, refused, viewsOf } from "./program.ts";
import { entryOf, KV_BLOCK } from "./serving.ts";
import { fraction } from "./values.ts";

export { gc, heap } from "./serving.ts";

/** Blocks from a pool of key/value-cache blocks, their records in columns by id, tables from the slab heap. */
export function ariax({ trace, owner }: ServingScenario): Program {
  const [ops, slots, sizes, owners] = [trace.op, trace.slot, trace.size, owner];
  const blocks = peakOf(trace, (i) => (owner[i] === KV_BLOCK ? 1 : 0));
  const pool = new BlockPool({ blocks });
  const column = () => new Int32Array(1 + blocks);
  const [block, sequence, position, tokens, hash] = [column(), column(), column(), column(), column()];
  const lastUsed = new Float64Array(1 + blocks);
  const tables = new SlabAllocator({
    capacity: capacityFor(peakOf(trace, (i) => (owner[i] === KV_BLOCK ? 0 : trace.size[i]!))),
  });
  const { words } = viewsOf(tables.memory);
  /** By slot: a block's id, or a table's offset and its entries. */
  const live = new Int32Array(trace.slots);
  const lengths = new Int32Array(trace.slots);
  let sum = 0;
  const end = (s: number): void => {
    const length = lengths[s]!;
    if (length === 0) {
      const id = live[s]!;
      sum = (sum + block[id]! + position[id]! + 512 * lastUsed[id]!) & 0x3fffffff;
      pool.release(live, s, 1);
    } else {
      const w = live[s]! >>> 2;
      sum = (sum + words[w]! + words[w + length - 1]!) & 0x3fffffff;
      tables.free(live[s]! >>> 0);
      lengths[s] = 0;
    }
    live[s] = 0;
  };
  return {
    run(step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        if (ops[i] === FREE) end(s);
        else if (owners[i] === KV_BLOCK) {
          const id = pool.take();
          if (id === 0) refused(sizes[i]!);
          live[s] = id;
          block[id] = i;
          sequence[id] = s;
          position[id] = step;
          tokens[id] = 16;
          hash[id] = ~i;
          lastUsed[id] = fraction(i);
        } else {
          const size = sizes[i]!;
          const table = ops[i] === ALLOCATE ? tables.allocate(size) : tables.reallocate(live[s]! >>> 0, size);
          live[s] = table;
          const length = size >>> 2;
          for (let at = lengths[s]!; at < length; at++) words[(table >>> 2) + at] = entryOf(i, at);
          lengths[s] = length;
        }
      }
    },
    end: () => endAll(live, end),
    checksum: () => sum,
    peakBytes: () => pool.byteLength + (5 * 4 + 8) * (1 + blocks) + bytesOf(tables.stats()),
    verify() {
      pool.verify();
      tables.verify();
    },
  };
}
