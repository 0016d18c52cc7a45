/**
 * Where everything lies in a pool's one buffer, in bytes from its beginning, and its header, in 32-bit words:
 *
 *     header        64              word 0  magic          4  generation bits   7  live records
 *     generations   4 · capacity         1  version        5  hash of fields    8  retired slots
 *     free slots    BitSet of            2  byte length    6  checksum of 0–5   9–15  0
 *                   2 · capacity         3  capacity
 *     columns       widest first
 *
 * Bit i of the free slots: slot i is free and young; bit capacity + i: it is free and old.
 */
import { CorruptionError, checkInteger, InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import { BitSet } from "@ariax/bitset";
import { type Field, readSchema, type Schema } from "./fields.ts";
import { MAX_SLOTS, maxGenerationBits } from "./handle.ts";

export const LIVE_COUNT = 7;
export const RETIRED_COUNT = 8;
/** The first generation's word, and so the header's length. */
export const FIRST_GENERATION = 16;

const MAGIC = 0x41584d50; // "AXMP"
const VERSION = 1;
/** Words 0 to 5 never change; word 6 is their checksum. */
const CHECKSUM = 6;

export interface PlacedField extends Field {
  /** Bytes from the pool's beginning. */
  readonly at: number;
  /** The same in elements: where the column begins in an array of its type. */
  readonly first: number;
}

export interface Layout {
  readonly capacity: number;
  readonly generationBits: number;
  /** The first word of the free slots. */
  readonly free: number;
  readonly fields: readonly PlacedField[];
  readonly byteLength: number;
  /** Words 0 to 6. */
  readonly header: Int32Array;
}

/** The layout of a pool; throws `InvalidArgumentError` where there can be none. */
export function layOut(schema: Schema, capacity: number, generationBits?: number): Layout {
  checkInteger("capacity", capacity, 1, MAX_SLOTS);
  const most = maxGenerationBits(capacity);
  const bits = generationBits === undefined ? most : checkInteger("generationBits", generationBits, 1, most);
  const free = FIRST_GENERATION + capacity;
  let at = align8(4 * free + BitSet.byteLength(2 * capacity));
  const fields = readSchema(schema).map((field) => {
    const placed = { ...field, at, first: at / field.bytes };
    at += field.bytes * field.elements * capacity;
    return placed;
  });
  const byteLength = align8(at);
  if (byteLength > MAX_CAPACITY) {
    throw new InvalidArgumentError(
      `invalid capacity: ${capacity} records take ${byteLength} bytes, above ${MAX_CAPACITY}`,
    );
  }
  const hash = fnv(Array.from(JSON.stringify(fields.map(({ name, type }) => [name, type])), (c) => c.codePointAt(0)!));
  const header = Int32Array.of(MAGIC, VERSION, byteLength, capacity, bits, hash, 0);
  header[CHECKSUM] = fnv(header.subarray(0, CHECKSUM));
  return { capacity, generationBits: bits, free, fields, byteLength, header };
}

/** The layout of the pool that lies at `byteOffset`; throws `CorruptionError` where none does. */
export function readLayout(buffer: ArrayBufferLike, byteOffset: number, schema: Schema): Layout {
  const room = buffer.byteLength - byteOffset;
  expect(room >= 4 * FIRST_GENERATION, () => `${room} bytes at ${byteOffset} have no room for the header of a pool`);
  const header = new Int32Array(buffer, byteOffset, FIRST_GENERATION);
  expect(header[0] === MAGIC, () => `no pool at ${byteOffset}: it begins with ${hex(header[0])}, not ${hex(MAGIC)}`);
  expect(header[1] === VERSION, () => `the pool's layout has version ${header[1]}, not ${VERSION}`);
  expect(
    header[CHECKSUM] === fnv(header.subarray(0, CHECKSUM)),
    () => "the header's checksum is not that of its words",
  );
  const byteLength = header[2] >>> 0;
  expect(room >= byteLength, () => `the pool is truncated: ${room} bytes of ${byteLength}`);
  const layout = layOut(schema, header[3], header[4]);
  if (layout.header[5] !== header[5]) throw new InvalidArgumentError("invalid fields: the pool was made with others");
  expect(layout.byteLength === byteLength, () => `the pool has ${byteLength} bytes, not ${layout.byteLength}`);
  return layout;
}

export function expect(truth: boolean, otherwise: () => string): void {
  if (!truth) throw new CorruptionError(otherwise());
}

/** The 32-bit FNV-1a hash, over numbers instead of bytes. */
function fnv(numbers: ArrayLike<number>): number {
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
