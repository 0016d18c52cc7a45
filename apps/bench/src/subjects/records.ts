/** Pools of records with the same four fields: `id`, `size`, `owner` and `at`. */
import { type Handle, MetadataPool } from "@ariax/metadata-pool";
import type { Records } from "../workloads/records.ts";

const FIELDS = { id: "u32", size: "u32", owner: "u32", at: "f64" } as const;
type RecordHandle = Handle<typeof FIELDS>;

export function metadataPool(capacity: number): Records<RecordHandle> {
  const pool = new MetadataPool({ capacity, fields: FIELDS });
  return {
    make(id) {
      const handle = pool.acquire();
      pool.set(handle, "id", id);
      pool.set(handle, "size", 64);
      pool.set(handle, "owner", 1);
      pool.set(handle, "at", 0.5);
      return handle;
    },
    read: (handle) => pool.get(handle, "id") + pool.get(handle, "owner"),
    release: (handle) => pool.release(handle),
  };
}

/** The same records, their fields written through the pool's columns: the slot is checked once for all of them. */
export function metadataColumns(capacity: number): Records<RecordHandle> {
  const pool = new MetadataPool({ capacity, fields: FIELDS });
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
export function objectPool(capacity: number): Records<Record> {
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

export function objects(): Records<Record> {
  return {
    make: (id) => ({ id, size: 64, owner: 1, at: 0.5 }),
    read: (record) => record.id + record.owner,
    release() {},
  };
}

/** The handle is the id: the loop's own cost. */
export function nothing(): Records<number> {
  return { make: (id) => id, read: (id) => id + 1, release() {} };
}
