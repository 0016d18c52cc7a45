/**
 * A state pool's records: those of a `MetadataPool`, with a column more, and one word behind them.
 *
 *     ┌──────────────────────────────────────────────────┬─────────┬───┐
 *     │ MetadataPool: your fields, and "teslaFrequency"  │ changes │ 0 │
 *     └──────────────────────────────────────────────────┴─────────┴───┘
 *                                                          how often a state was made, ended or retuned, by whatever context
 */
import { CorruptionError, checkInteger, InvalidArgumentError } from "@ariax/allocator";
import { checkPlace, MetadataPool, type Schema } from "@ariax/metadata-pool";

/** The column that each pool has. */
export const FREQUENCY = "teslaFrequency";
type WithFrequency = { readonly [FREQUENCY]: "f64" };

/** How many pools this thread has made. */
let made = 0;
/** Pools begin at lives so far apart … */
const LIFE_STRIDE = 0x9e3779b1;
/** … and leave at least half of the lives whose handles are small integers. */
const YOUNG_BITS = 30;
/** Bytes behind the records: the count of changes. */
const COUNTER_BYTES = 8;

export interface StatePoolOptions<F extends Schema> {
  /** States, 1 to 2²⁴; default 10,000. */
  readonly poolSize?: number;
  /** Names and types of what a state holds beside its frequency: those of `@ariax/metadata-pool`. */
  readonly fields?: F;
  /** Memory of its own that other threads can see. One thread at a time may use the pool. */
  readonly shared?: boolean;
  /** Memory that exists; what lies there is overwritten. */
  readonly buffer?: ArrayBufferLike;
  /** Where in `buffer`, in bytes, a multiple of 8; default 0. */
  readonly byteOffset?: number;
}

/** New records. Throws `InvalidArgumentError`. O(poolSize). */
export function newRecords<F extends Schema>(options: StatePoolOptions<F>): MetadataPool<Schema> {
  const { poolSize = 10_000, fields, shared = false, byteOffset = 0 } = options;
  const bytes = bytesOf(poolSize, fields);
  const { buffer = new (shared ? SharedArrayBuffer : ArrayBuffer)(bytes) } = options;
  checkPlace(buffer, byteOffset, bytes);
  const schema = schemaOf(fields);
  const records = new MetadataPool({
    capacity: poolSize,
    fields: schema,
    firstLife: nextLife(poolSize),
    buffer,
    byteOffset,
  });
  new Int32Array(buffer, byteOffset + records.byteLength, COUNTER_BYTES / 4).fill(0);
  return records;
}

/** Those that are there. Throws `CorruptionError` where there are none, or damaged ones. O(poolSize). */
export function attachRecords<F extends Schema>(
  buffer: ArrayBufferLike,
  fields: F | undefined,
  byteOffset = 0,
): MetadataPool<Schema> {
  const records = MetadataPool.attach(buffer, { fields: schemaOf(fields), byteOffset }) as MetadataPool<Schema>;
  const room = buffer.byteLength - byteOffset - records.byteLength;
  if (room < COUNTER_BYTES) throw new CorruptionError(`the pool is truncated: ${room} bytes behind its records`);
  return records;
}

/** Bytes that a pool takes. */
export function bytesOf(poolSize: number, fields: Schema | undefined): number {
  checkInteger("poolSize", poolSize, 1, 2 ** 24);
  return MetadataPool.byteLength({ capacity: poolSize, fields: schemaOf(fields) }) + COUNTER_BYTES;
}

/** The word that counts changes. */
export const counterOf = ({ buffer, byteOffset, byteLength }: MetadataPool<Schema>): Int32Array =>
  new Int32Array(buffer, byteOffset + byteLength, 1);

function schemaOf(fields: Schema = {}): Schema & WithFrequency {
  if (typeof fields === "object" && fields !== null && FREQUENCY in fields) {
    throw new InvalidArgumentError(`invalid field: each state has a "${FREQUENCY}" already`);
  }
  const isSchema = typeof fields === "object" && fields !== null && !Array.isArray(fields);
  // What is no schema MetadataPool refuses.
  return isSchema ? { ...fields, [FREQUENCY]: "f64" } : (fields as never);
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
