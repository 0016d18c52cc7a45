/** Pools of records with the same four fields: `id`, `size`, `owner` and `at`. */
import type { Handle } from "@ariax/metadata-pool";
import type { RecordSubject, Records } from "./subject.ts";

const records = <H>(
  name: string,
  origin: RecordSubject["origin"],
  what: string,
  create: (capacity: number) => Records<H> | Promise<Records<H>>,
): RecordSubject => ({ kind: "records", name, origin, what, create: create as RecordSubject["create"] });

export const RECORD_POOLS: readonly RecordSubject[] = [
  records(
    "metadata-pool",
    "ours",
    "MetadataPool: generational handles, fields set and get by accessors that check them",
    metadataPool,
  ),
  records("metadata-columns", "ours", "MetadataPool, fields written and read through its columns", metadataColumns),
  records("object-pool", "rival", "a free list of ordinary objects, no check of handles", objectPool),
  { ...records("objects", "rival", "a new object each, freed by the garbage collector", objects), collected: true },
  // The handle is the id.
  records("nothing-records", "loop", "the loop alone", () => ({
    make: (id) => id,
    read: (id: number) => id + 1,
    release() {},
  })),
];

const FIELDS = { id: "u32", size: "u32", owner: "u32", at: "f64" } as const;
type RecordHandle = Handle<typeof FIELDS>;

async function newPool(capacity: number) {
  const { MetadataPool } = await import("@ariax/metadata-pool");
  return new MetadataPool({ capacity, fields: FIELDS });
}

async function metadataPool(capacity: number): Promise<Records<RecordHandle>> {
  const pool = await newPool(capacity);
  const { id: ids, size, owner, at } = pool.fields;
  return {
    make(id) {
      const handle = pool.acquire();
      ids.set(handle, id);
      size.set(handle, 64);
      owner.set(handle, 1);
      at.set(handle, 0.5);
      return handle;
    },
    read: (handle) => ids.get(handle) + owner.get(handle),
    release: (handle) => pool.release(handle),
  };
}

/** The same records, their fields written through the pool's columns: the slot is checked once for all of them. */
async function metadataColumns(capacity: number): Promise<Records<RecordHandle>> {
  const pool = await newPool(capacity);
  const { id: ids, size: sizes, owner: owners, at: times } = pool.columns;
  return {
    make(id) {
      const handle = pool.acquire();
      const slot = pool.slot(handle);
      ids[slot] = id;
      sizes[slot] = 64;
      owners[slot] = 1;
      times[slot] = 0.5;
      return handle;
    },
    read(handle) {
      const slot = pool.slot(handle);
      return ids[slot]! + owners[slot]!;
    },
    release: (handle) => pool.release(handle),
  };
}

interface Record {
  id: number;
  size: number;
  owner: number;
  at: number;
}

/** Records that are made once and used again; nothing tells a record in use from one that was released. */
function objectPool(capacity: number): Records<Record> {
  const free: Record[] = Array.from({ length: capacity }, () => ({ id: 0, size: 0, owner: 0, at: 0.5 }));
  return {
    make(id) {
      const record = free.pop()!;
      record.id = id;
      record.size = 64;
      record.owner = 1;
      record.at = 0.5;
      return record;
    },
    read: (record) => record.id + record.owner,
    release: (record) => free.push(record),
  };
}

function objects(): Records<Record> {
  return {
    make: (id) => ({ id, size: 64, owner: 1, at: 0.5 }),
    read: (record) => record.id + record.owner,
    release() {},
  };
}
