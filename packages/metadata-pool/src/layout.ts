/**
 * Where everything lies in a pool's one buffer, in bytes from its beginning, and its header, in 32-bit words:
 *
 *     header        64               word 0  magic          5  hash of fields     9  next_free: the first in that list
 *     columns       widest first          1  version        6  first life        10  slots that ever lived: the lowest
 *     old slots     BitSet of             2  byte length    7  checksum of 0–6   11  old slots that are free
 *                   capacity              3  capacity       8  young slots that  12  retired slots
 *     slots         4 · capacity          4  life bits         are free: a list  13  the last of 11's, and 1; or 0
 *
 * What the word of a slot means: `handle.ts`. Young slots that are free are a list, linked by their words. Old ones that are free have a
 * bit each: bit i of the set is slot i; all but the one that was released last.
 *
 *     live = ever lived − young and free − old and free − retired
 *
 * The slots are last, so that where a shorter buffer lacks anything, it lacks them: who finds a record live there finds its columns too.
 */
import { CorruptionError, InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import { checkInteger } from "@ariax/allocator/implement";
import { BitSet } from "@ariax/bitset";
import { type Field, readSchema, type Schema } from "./fields.ts";
import { handleBits, MAX_SLOTS, maxGenerationBits } from "./handle.ts";

export const FIRST_LIFE = 6;
export const FREE_COUNT = 8;
export const NEXT_FREE = 9;
export const LIVED_COUNT = 10;
export const OLD_COUNT = 11;
export const RETIRED_COUNT = 12;
export const LAST_OLD = 13;
/** The header's length. */
export const HEADER = 16;

export const MAGIC = 0x41584d50; // "AXMP"
/** That of a shared pool. */
export const SHARED_MAGIC = 0x41584d53; // "AXMS"
const VERSION = 1;
/** The words before it never change; it is their checksum. */
const CHECKSUM = 7;

export interface PlacedField extends Field {
  /** Bytes from the pool's beginning. */
  readonly at: number;
}

export interface Layout {
  readonly capacity: number;
  readonly generationBits: number;
  readonly firstLife: number;
  /** The first word of the set of old slots, and of the slots. */
  readonly old: number;
  readonly slots: number;
  readonly fields: readonly PlacedField[];
  readonly byteLength: number;
  /** Words 0 to 7. */
  readonly header: Int32Array;
}

/** The layout of a pool; throws `InvalidArgumentError` where there can be none. */
export function layOut(schema: Schema, capacity: number, generationBits?: number, firstLife = 1): Layout {
  checkInteger("capacity", capacity, 1, MAX_SLOTS);
  const most = maxGenerationBits(capacity);
  const bits = generationBits === undefined ? most : checkInteger("generationBits", generationBits, 1, most);
  checkInteger("firstLife", firstLife, 1, handleBits(capacity, bits).youngLives);
  const [fields, hash, old, byteLength] = placeFields(schema, capacity, 4 * HEADER, BitSet.byteLength(capacity));
  const slots = byteLength / 4 - capacity;
  const header = Int32Array.of(MAGIC, VERSION, byteLength, capacity, bits, hash, firstLife, 0);
  header[CHECKSUM] = fnv(header.subarray(0, CHECKSUM));
  return { capacity, generationBits: bits, firstLife, fields, old, slots, byteLength, header };
}

/**
 * The columns of a pool, from byte `at` on; a number that tells its fields from others; the first word behind them, for a set of `setBytes`;
 * and the bytes of all, with the slots behind that. Throws `InvalidArgumentError` where they are too many.
 */
export function placeFields(
  schema: Schema,
  capacity: number,
  at: number,
  setBytes: number,
): [fields: PlacedField[], hash: number, set: number, byteLength: number] {
  const fields = readSchema(schema).map((field) => {
    const placed = { ...field, at };
    at += field.bytes * field.elements * capacity;
    return placed;
  });
  const set = Math.ceil(at / 4);
  const byteLength = align8(4 * set + setBytes + 4 * capacity);
  if (byteLength > MAX_CAPACITY) {
    throw new InvalidArgumentError(
      `invalid capacity: ${capacity} records take ${byteLength} bytes, above ${MAX_CAPACITY}`,
    );
  }
  const hash = fnv(Array.from(JSON.stringify(fields.map(({ name, type }) => [name, type])), (c) => c.codePointAt(0)!));
  return [fields, hash, set, byteLength];
}

/** The layout of the pool that lies at `byteOffset`; throws `CorruptionError` where none does. */
export function readLayout(buffer: ArrayBufferLike, byteOffset: number, schema: Schema): Layout {
  const room = buffer.byteLength - byteOffset;
  expect(room >= 4 * HEADER, () => `${room} bytes at ${byteOffset} have no room for the header of a pool`);
  const header = new Int32Array(buffer, byteOffset, HEADER);
  expect(header[0] !== SHARED_MAGIC, () => `the pool at ${byteOffset} is a shared one: SharedMetadataPool opens it`);
  expect(header[0] === MAGIC, () => `no pool at ${byteOffset}: it begins with ${hex(header[0])}, not ${hex(MAGIC)}`);
  expect(header[1] === VERSION, () => `the pool's layout has version ${header[1]}, not ${VERSION}`);
  expect(
    header[CHECKSUM] === fnv(header.subarray(0, CHECKSUM)),
    () => "the header's checksum is not that of its words",
  );
  const byteLength = header[2] >>> 0;
  expect(room >= byteLength, () => `the pool is truncated: ${room} bytes of ${byteLength}`);
  const layout = layOut(schema, header[3], header[4], header[FIRST_LIFE]);
  if (layout.header[5] !== header[5]) refuseFields(layout, byteLength);
  expect(layout.byteLength === byteLength, () => `the pool has ${byteLength} bytes, not ${layout.byteLength}`);
  return layout;
}

/** A pool knows a hash of its fields, not their names: what can be said is which were given, and whether they are as long. */
export function refuseFields(layout: Pick<Layout, "fields" | "byteLength">, byteLength: number): never {
  if (layout.fields.length === 0) {
    throw new InvalidArgumentError(
      "invalid fields: the pool has some, and none are given: attach needs the same { fields }",
    );
  }
  const given = JSON.stringify(Object.fromEntries(layout.fields.map(({ name, type }) => [name, type])));
  const length =
    layout.byteLength === byteLength
      ? "of the same length, so a name or a type differs"
      : `it has ${byteLength} bytes, and would have ${layout.byteLength} with these`;
  throw new InvalidArgumentError(`invalid fields: the pool was made with others than ${given}: ${length}`);
}

export function expect(truth: boolean, otherwise: () => string): void {
  if (!truth) throw new CorruptionError(otherwise());
}

/** The 32-bit FNV-1a hash, over numbers instead of bytes. */
export function fnv(numbers: ArrayLike<number>): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < numbers.length; i++) hash = Math.imul(hash ^ numbers[i], 0x01000193);
  return hash | 0;
}

function align8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

export function hex(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, "0")}`;
}
