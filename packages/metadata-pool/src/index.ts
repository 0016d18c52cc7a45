/**
 * # @ariax/metadata-pool: typed records, without garbage
 *
 * A fixed number of records lies in one buffer that is acquired once. Each field is a column: a typed array with an
 * element for each slot. Acquiring a record takes the slot that was released last and makes no object, only a number.
 *
 *     ┌────────┬──────────────────┬──────────────────┬───┬───────────┬───────────────┐
 *     │ header │ column "owner"   │ column "size"    │ … │ old slots │ slots         │
 *     └────────┴──────────────────┴──────────────────┴───┴───────────┴───────────────┘
 *       sizes,   f64 a slot          u32 a slot            BitSet      a word a slot
 *       counts
 *
 * - *slot*: the place of a record, the same in each column.
 * - *life*: what is between an acquire and the release. Those of a slot are numbered.
 * - *handle*: slot and life in one number. It is live as long as the slot is in that life, and so a stale handle never comes
 *   alive again.
 * - *young*, *old*: whether the handles of a slot are small integers still.
 * - *retired*: a slot whose lives are used up. It is counted, and not used any more.
 *
 * A `SharedMetadataPool` is one that many threads operate at once (`shared/`): another layout, the same fields and handles.
 *
 * - *ticket*: the name of a thread, drawn before it begins. *lane*: the part of it that a slot's word has room for.
 * - *reclaim*: to free what a thread had that was killed.
 */
export type { Accessor } from "./accessors.ts";
export type { BytesType, Column, ColumnOf, FieldType, FieldValue, Schema } from "./fields.ts";
export type { Handle } from "./handle.ts";
export type { AttachOptions, PoolOptions, PoolStats } from "./options.ts";
export { MetadataPool } from "./pool.ts";
export type { Records } from "./records.ts";
export type { SharedAttachOptions, SharedPoolOptions } from "./shared/options.ts";
export { type ReclaimOptions, SharedMetadataPool } from "./shared/pool.ts";
