/**
 * Where everything lies in a shared pool's one buffer, and its header, in 32-bit words:
 *
 *     header        64               word 0  magic          4  life bits        8  checksum of 0–7
 *     lanes         4 · (lanes + 1)       1  version        5  hash of fields   9–15  0
 *     columns       widest first          2  byte length    6  first life      16 + n  lane n, from 1 on: `lanes.ts`
 *     hints         AtomicBitSet of       3  capacity       7  lanes
 *                   capacity
 *     slots         4 · capacity
 *
 * Who writes what: the header, the creator, before anyone else knows of the pool. A lane and a slot, anyone, by one compare-exchange. A
 * record's columns, whoever has its handle: in what order several do is the program's own affair. Hints: anyone, as `AtomicBitSet` does.
 *
 * Only lanes and slots are the truth. There is no counter. A hint says that a slot may be free: one that says so falsely costs a look, and
 * all that are missing after a thread's death are put back by `reclaim`.
 *
 * A slot's word, of `laneBits` and the bits above:
 *
 *     life − first life │ 0            free: the life to come
 *     life − first life │ 1 to lanes   live, in the name of that lane
 *     life − first life │ lanes + 1    live, in nobody's name: its thread closed the pool
 *     lives + 1 − first life │ 0       retired
 */
import { CorruptionError } from "@ariax/allocator";
import { checkInteger } from "@ariax/allocator/implement";
import { AtomicBitSet } from "@ariax/bitset";
import type { Schema } from "../fields.ts";
import { handleBits, MAX_SLOTS, maxGenerationBits } from "../handle.ts";
import {
  expect,
  fnv,
  hex,
  SHARED_MAGIC as MAGIC,
  MAGIC as OTHER_MAGIC,
  type PlacedField,
  placeFields,
  refuseFields,
} from "../layout.ts";

const VERSION = 1;
const CHECKSUM = 8;
/** The header's length; the word of lane n is this one and n. */
export const LANES = 16;
export const MOST_LANES = 254;

export interface SharedLayout {
  readonly capacity: number;
  readonly generationBits: number;
  readonly firstLife: number;
  readonly lanes: number;
  readonly laneBits: number;
  readonly fields: readonly PlacedField[];
  /** The first word of the hints, and of the slots. */
  readonly hints: number;
  readonly slots: number;
  readonly byteLength: number;
  /** Words 0 to 8. */
  readonly header: Int32Array;
}

/** The layout of a pool; throws `InvalidArgumentError` where there can be none. */
export function layOutShared(
  schema: Schema,
  capacity: number,
  lanes: number,
  generationBits?: number,
  firstLife = 1,
): SharedLayout {
  checkInteger("capacity", capacity, 1, MAX_SLOTS);
  checkInteger("lanes", lanes, 1, MOST_LANES);
  const laneBits = 32 - Math.clz32(lanes + 1);
  const most = Math.min(maxGenerationBits(capacity), 32 - laneBits);
  const bits = generationBits === undefined ? most : checkInteger("generationBits", generationBits, 1, most);
  checkInteger("firstLife", firstLife, 1, handleBits(capacity, bits).youngLives);
  const begin = 8 * Math.ceil((LANES + lanes + 1) / 2);
  const setBytes = AtomicBitSet.byteLength(capacity);
  const [fields, hash, hints, byteLength] = placeFields(schema, capacity, begin, setBytes);
  const slots = byteLength / 4 - capacity;
  const header = Int32Array.of(MAGIC, VERSION, byteLength, capacity, bits, hash, firstLife, lanes, 0);
  header[CHECKSUM] = fnv(header.subarray(0, CHECKSUM));
  return { capacity, generationBits: bits, firstLife, lanes, laneBits, fields, hints, slots, byteLength, header };
}

/** Writes the header, the magic last: who finds that finds the rest. */
export function writeHeader(words: Int32Array, { header }: SharedLayout): void {
  words.set(header.subarray(1), 1);
  Atomics.store(words, 0, header[0]);
}

/** The layout of the shared pool that lies at `byteOffset`; throws `CorruptionError` where none does. */
export function readSharedLayout(buffer: ArrayBufferLike, byteOffset: number, schema: Schema): SharedLayout {
  const room = buffer.byteLength - byteOffset;
  expect(room >= 4 * LANES, () => `${room} bytes at ${byteOffset} have no room for the header of a shared pool`);
  const header = new Int32Array(buffer, byteOffset, LANES);
  const magic = Atomics.load(header, 0);
  expect(magic !== OTHER_MAGIC, () => `the pool at ${byteOffset} is not a shared one: MetadataPool opens it`);
  expect(magic === MAGIC, () => `no shared pool at ${byteOffset}: it begins with ${hex(magic)}, not ${hex(MAGIC)}`);
  expect(header[1] === VERSION, () => `the shared pool's layout has version ${header[1]}, not ${VERSION}`);
  const sum = fnv(header.subarray(0, CHECKSUM));
  expect(header[CHECKSUM] === sum, () => "the header's checksum is not that of its words");
  const byteLength = header[2] >>> 0;
  expect(room >= byteLength, () => `the pool is truncated: ${room} bytes of ${byteLength}`);
  const layout = layOutShared(schema, header[3], header[7], header[4], header[6]);
  if (layout.header[5] !== header[5]) refuseFields(layout, byteLength);
  expect(layout.byteLength === byteLength, () => `the pool has ${byteLength} bytes, not ${layout.byteLength}`);
  return layout;
}

/** Throws `CorruptionError` unless the header is that of `layout`. */
export function verifySharedHeader(words: Int32Array, { header }: SharedLayout): void {
  for (let i = 0; i < LANES; i++) {
    const right = header[i] ?? 0;
    if (words[i] !== right) throw new CorruptionError(`word ${i} of the header is ${hex(words[i])}, not ${hex(right)}`);
  }
}
