/**
 * # @ariax/metadata-pool: typed records, without garbage
 *
 * A fixed number of records lies in one buffer that is acquired once. Each field is a column: a typed array with an
 * element for each slot. Acquiring a record takes the lowest free slot from a bitset and makes no object, only a number.
 *
 *     ┌────────┬─────────────┬────────────┬──────────────────┬──────────────────┬───
 *     │ header │ generations │ free slots │ column "owner"   │ column "size"    │ …
 *     └────────┴─────────────┴────────────┴──────────────────┴──────────────────┴───
 *       sizes,   a word a slot  BitSet       f64 a slot          u32 a slot
 *       counts
 *
 * - *slot*: the place of a record, the same in each column.
 * - *generation*: how often a slot was acquired and released: odd = live.
 * - *handle*: slot and generation in one number. It is live as long as the slot's generation is its own, and so a stale
 *   handle never comes alive again.
 * - *retired*: a slot whose generations are used up. It is counted, and not used any more.
 */
export type { Accessor } from "./accessors.ts";
export type { BytesType, Column, FieldType, FieldValue, Schema } from "./fields.ts";
export type { Handle } from "./handle.ts";
export { type AttachOptions, checkPlace, FRESH, type PoolOptions, type PoolStats } from "./options.ts";
export { MetadataPool } from "./pool.ts";
