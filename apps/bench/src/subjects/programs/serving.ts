/**
 * *serving*: the metadata of a model's key-value cache. A record of 32 bytes for each block in use, a table of 4 bytes a block
 * for each sequence, which grows as the sequence does.
 *
 *     block │ sequence │ position │ references │ tokens │ hash │ lastUsed f64
 */
import { type Handle, MetadataPool } from "@ariax/metadata-pool";
import { SlabAllocator } from "@ariax/slab";
import type { ServingScenario } from "@ariax/trace";
import { ALLOCATE, FREE, peakOf } from "../events.ts";
import { capacityFor } from "../room.ts";
import { bytesOf, endAll, factsOf, type Heap, type Program, refused, viewsOf } from "./program.ts";
import { fraction } from "./values.ts";

const FIELDS = {
  block: "i32",
  sequence: "i32",
  position: "i32",
  references: "i32",
  tokens: "i32",
  hash: "i32",
  lastUsed: "f64",
} as const;
type Record = Handle<typeof FIELDS>;
/** Who has a block, as the scenario numbers its owners. */
export const KV_BLOCK = 0;

/** Entry `at` of a table that the event `serial` made, or made longer. */
export const entryOf = (serial: number, at: number): number => (serial + at) | 0;

/** A heap for both. */
export function heap({ trace, owner }: ServingScenario, target: Heap): Program {
  const [ops, slots, sizes, owners, live] = [trace.op, trace.slot, trace.size, owner, new Int32Array(trace.slots)];
  // Entries of each table; 0 for a record.
  const lengths = new Int32Array(trace.slots);
  const { words, doubles } = viewsOf(target.memory);
  let sum = 0;
  const end = (s: number): void => {
    const block = live[s]!;
    const w = block >>> 2;
    const length = lengths[s]!;
    if (length === 0) sum = (sum + words[w]! + words[w + 2]! + 512 * doubles[(block >>> 3) + 3]!) & 0x3fffffff;
    else sum = (sum + words[w]! + words[w + length - 1]!) & 0x3fffffff;
    target.free(block);
    live[s] = 0;
    lengths[s] = 0;
  };
  return {
    run(step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        if (ops[i] === FREE) {
          end(s);
          continue;
        }
        const size = sizes[i]!;
        const block = ops[i] === ALLOCATE ? target.allocate(size) : target.reallocate(live[s]!, size);
        if (!block) refused(size);
        live[s] = block;
        const w = block >>> 2;
        if (owners[i] === KV_BLOCK) {
          words[w] = i;
          words[w + 1] = s;
          words[w + 2] = step;
          words[w + 3] = 1;
          words[w + 4] = 16;
          words[w + 5] = ~i;
          doubles[(block >>> 3) + 3] = fraction(i);
        } else {
          const length = size >>> 2;
          for (let at = lengths[s]!; at < length; at++) words[w + at] = entryOf(i, at);
          lengths[s] = length;
        }
      }
    },
    end: () => endAll(live, end),
    checksum: () => sum,
    ...factsOf(target),
  };
}

/** An object for each block, and for each sequence an array that is pushed to: growing it is V8's own. */
export function gc({ trace, owner }: ServingScenario): Program {
  const [ops, slots, sizes, owners] = [trace.op, trace.slot, trace.size, owner];
  const records: (ReturnType<typeof record> | undefined)[] = new Array(trace.slots).fill(undefined);
  const tables: (number[] | undefined)[] = new Array(trace.slots).fill(undefined);
  let sum = 0;
  const end = (s: number): void => {
    const found = records[s];
    if (found !== undefined) {
      sum = (sum + found.block + found.position + 512 * found.lastUsed) & 0x3fffffff;
      records[s] = undefined;
      return;
    }
    const table = tables[s]!;
    sum = (sum + table[0]! + table[table.length - 1]!) & 0x3fffffff;
    tables[s] = undefined;
  };
  return {
    run(step, from, to) {
      for (let i = from; i < to; i++) {
        const s = slots[i]!;
        if (ops[i] === FREE) end(s);
        else if (owners[i] === KV_BLOCK) records[s] = record(i, s, step);
        else {
          let table = tables[s];
          if (table === undefined) tables[s] = table = [];
          for (let at = table.length; at < sizes[i]! >>> 2; at++) table.push(entryOf(i, at));
        }
      }
    },
    end() {
      endAll(records, end);
      endAll(tables, end);
    },
    checksum: () => sum,
  };
}

const record = (block: number, sequence: number, position: number) => ({
  block,
  sequence,
  position,
  references: 1,
  tokens: 16,
  hash: ~block,
  lastUsed: fraction(block),
});

/** Records from a metadata pool, tables from the slab heap. */
export function ariax({ trace, owner }: ServingScenario): Program {
  const [ops, slots, sizes, owners] = [trace.op, trace.slot, trace.size, owner];
  const records = peakOf(trace, (i) => (owner[i] === KV_BLOCK ? 1 : 0));
  const pool = new MetadataPool({ capacity: records, fields: FIELDS });
  const { block, sequence, position, references, tokens, hash, lastUsed } = pool.columns;
  const tables = new SlabAllocator({
    capacity: capacityFor(peakOf(trace, (i) => (owner[i] === KV_BLOCK ? 0 : trace.size[i]!))),
  });
  const { words } = viewsOf(tables.memory);
  /** By slot: a record's handle, or a table's offset and its entries. */
  const live: number[] = new Array(trace.slots).fill(0);
  const lengths = new Int32Array(trace.slots);
  let sum = 0;
  const end = (s: number): void => {
    const length = lengths[s]!;
    if (length === 0) {
      const handle = live[s] as Record;
      const at = pool.slot(handle);
      sum = (sum + block[at]! + position[at]! + 512 * lastUsed[at]!) & 0x3fffffff;
      pool.release(handle);
    } else {
      const w = live[s]! >>> 2;
      sum = (sum + words[w]! + words[w + length - 1]!) & 0x3fffffff;
      tables.free(live[s]!);
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
          const handle = pool.acquire();
          live[s] = handle;
          const at = pool.slot(handle);
          block[at] = i;
          sequence[at] = s;
          position[at] = step;
          references[at] = 1;
          tokens[at] = 16;
          hash[at] = ~i;
          lastUsed[at] = fraction(i);
        } else {
          const size = sizes[i]!;
          const table = ops[i] === ALLOCATE ? tables.allocate(size) : tables.reallocate(live[s]!, size);
          live[s] = table;
          const length = size >>> 2;
          for (let at = lengths[s]!; at < length; at++) words[(table >>> 2) + at] = entryOf(i, at);
          lengths[s] = length;
        }
      }
    },
    end: () => endAll(live, end),
    checksum: () => sum,
    peakBytes: () => pool.byteLength + bytesOf(tables.stats()),
    verify() {
      pool.verify();
      tables.verify();
    },
  };
}
