/**
 * A state pool's records: those of a `MetadataPool`, with a column more, and two words behind them.
 *
 *     ┌──────────────────────────────────────────────────┬─────────┬─────────┐
 *     │ MetadataPool: your fields, and "teslaFrequency"  │ changes │ watched │
 *     └──────────────────────────────────────────────────┴─────────┴─────────┘
 *
 *     changes    how often a state was made, ended or retuned, by whatever context, since …
 *     watched    … some context began to keep an index: 1, and 0 before. Until then a change costs a look at this word
 */
import { CorruptionError, InvalidArgumentError } from "@ariax/allocator";
import { checkAlone, checkBoolean, checkInteger, newBuffer } from "@ariax/allocator/implement";
import { MetadataPool, type PoolOptions, type Schema } from "@ariax/metadata-pool";
import { checkPlace, FRESH, type Fresh } from "@ariax/metadata-pool/implement";

/** The column that each pool has. */
export const FREQUENCY = "teslaFrequency";

/** How many pools this thread has made. */
let made = 0;
/** Pools begin at lives so far apart … */
const LIFE_STRIDE = 0x9e3779b1;
/** … and leave at least half of the lives whose handles are small integers. */
const YOUNG_BITS = 30;
/** Bytes behind the records: the count of changes, and whether it is kept. */
export const COUNTER_BYTES = 8;

export interface StatePoolOptions<F extends Schema> {
  /** States, 1 to 2²⁴; default 10,000. */
  readonly poolSize?: number | undefined;
  /** Names and types of what a state holds beside its frequency: those of `@ariax/metadata-pool`. */
  readonly fields?: F | undefined;
  /** Memory of its own that other threads can see. One thread at a time may use the pool. */
  readonly shared?: boolean | undefined;
  /** Memory that exists; what lies there is overwritten. */
  readonly buffer?: ArrayBufferLike | undefined;
  /** Where in `buffer`, in bytes, a multiple of 8; default 0. */
  readonly byteOffset?: number | undefined;
}

/** New records. Throws `InvalidArgumentError`. O(poolSize). */
export function newRecords<F extends Schema>(options: StatePoolOptions<F> & Fresh): MetadataPool<Schema> {
  const { poolSize = 10_000, shared = false, byteOffset = 0 } = options;
  const fields = schemaOf(options.fields);
  const bytes = bytesOf(poolSize, fields);
  checkAlone(options, "shared", ["buffer"]);
  if (options.byteOffset !== undefined && options.buffer === undefined) {
    throw new InvalidArgumentError("contradictory options: byteOffset means nothing without buffer");
  }
  const { buffer = newBuffer(bytes, checkBoolean("shared", shared)) } = options;
  checkPlace(buffer, byteOffset, bytes);
  const isFresh = options.buffer === undefined || options[FRESH] === true;
  const firstLife = nextLife(poolSize);
  const place: PoolOptions<Schema> & Fresh = { buffer, byteOffset, [FRESH]: isFresh };
  const records = new MetadataPool<Schema>({ ...place, capacity: poolSize, fields, firstLife });
  if (!isFresh) counterOf(records).fill(0);
  return records;
}

/** Those that are there. Throws `CorruptionError` where there are none, or damaged ones. O(poolSize). */
export function attachRecords<F extends Schema>(
  buffer: ArrayBufferLike,
  fields: F | undefined,
  byteOffset = 0,
): MetadataPool<Schema> {
  const records = MetadataPool.attach(buffer, { fields: schemaOf(fields), byteOffset });
  const room = buffer.byteLength - byteOffset - records.byteLength;
  if (room < COUNTER_BYTES) throw new CorruptionError(`the pool is truncated: ${room} bytes behind its records`);
  return records;
}

/** Bytes that a pool takes, with the schema of its records. */
export function bytesOf(poolSize: number, fields: Schema): number {
  checkInteger("poolSize", poolSize, 1, 2 ** 24);
  return MetadataPool.byteLength({ capacity: poolSize, fields }) + COUNTER_BYTES;
}

/** The words behind the records: changes, watched. */
export const counterOf = ({ buffer, byteOffset, byteLength }: MetadataPool<Schema>): Int32Array =>
  new Int32Array(buffer, byteOffset + byteLength, COUNTER_BYTES / 4);

export function isSchema(fields: unknown): fields is Schema {
  return typeof fields === "object" && fields !== null && !Array.isArray(fields);
}

/** The columns of a pool with these fields: a copy. */
export function schemaOf(fields: Schema = {}): Schema {
  // What is none MetadataPool refuses.
  if (!isSchema(fields)) return fields;
  const schema = { ...fields };
  if (FREQUENCY in schema) throw new InvalidArgumentError(`invalid field: each state has a "${FREQUENCY}" already`);
  return { ...schema, [FREQUENCY]: "f64" };
}

/** 2^indexBits of a pool's handles. */
export const spanOf = (poolSize: number): number => 2 ** (32 - Math.clz32(poolSize - 1));

/**
 * The life that the next pool begins with. No two of the pools made after each other begin near each other, so that each refuses the
 * others' handles: what a pool takes for its own must be of the same slot in the same life.
 */
function nextLife(poolSize: number): number {
  const young = 2 ** YOUNG_BITS / spanOf(poolSize);
  return young >= 4 ? 1 + ((Math.imul(made++, LIFE_STRIDE) >>> 0) % (young / 2)) : 1;
}
