/**
 * Where everything lies in a pool's one buffer, in bytes from its beginning.
 *
 *     header       128 bytes, below
 *     records      64 bytes a block, from id 1 on: a line of a processor's cache, below
 *     anchors      as a record each, of which only the links are used: the ends of a list
 *     until        f64 a block: the term of its priority
 *     index        4 bytes a slot: key → block, see `key-index.ts`
 *     empty        BitSet of blocks that hold nothing and that nobody uses; bit = id
 *     cached       a bit a block that nobody uses, and a key finds
 *     dropped      u32 a block: whose keys the last call has lost
 *     heap, place  u32 a block: the terms, see `terms.ts`
 *     policy       what the policy has beside its lists
 *     priority     u8 a block
 *
 * `until`, `heap`, `place` and `priority` are there only where there is more than one priority. A record, in words:
 *
 *     0–7   key      256 bits; stays when it is forgotten      11   mark     ± an epoch: see `state.ts`
 *     8     next     in its list, or 0                         12   twin     the next block with the same key, in a ring; or 0
 *     9     prev                                               13   back     the one before
 *     10    holds    references + 2²³ · pins                   14   stamp    f64: when it came to stand in line
 *
 * A record's words are at `16 · id +` the constants below.
 *
 * tried: a typed array for each of these fields; measured: 54 instead of 29 ns for the pair of `allocate` and `release` of one block.
 */
import { CorruptionError, InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import { checkInteger } from "@ariax/allocator/implement";
import { BitSet } from "@ariax/bitset";
import type { PolicyKind } from "../policies/policy.ts";

/** Blocks at most: an id has 24 bits in the index. */
export const MAX_BLOCKS: number = 2 ** 24 - 1;
export const MAX_PRIORITIES = 256;

/** Words of a key. */
export const KEY_WORDS = 8;

// Of a record, from word 16 · id on. Files with hot loops have them again, as V8 makes literals of a file's own constants only.
export const KEY = 16;
export const NEXT = 24;
export const PREV = 25;
export const HOLDS = 26;
export const MARK = 27;
export const TWIN = 28;
export const BACK = 29;
export const STAMP = 30;

/** What a pin adds to the word `HOLDS`, whose lower bits count references. */
export const PIN: number = 2 ** 23;
/** References at most, and pins. */
export const MAX_REFS: number = PIN - 1;
export const MAX_PINS = 255;

/** The header, in words. Those up to the checksum never change. */
export const HEADER = 32;
const MAGIC = 0x41584250; // "AXBP"
const VERSION = 1;
const CHECKSUM = 7;
export const EPOCH = 8;
export const EMPTY = 9;
export const CACHED = 10;
export const PINNED = 11;
export const TERMS = 12;
export const DROPPED = 13;
/** f64 each, as indices of 8 bytes. */
export const STEP = 8;
export const CLOCK = 9;
export const EVICTIONS = 10;

/** What a pool is made of. */
export interface Shape {
  readonly blocks: number;
  readonly priorities: number;
  readonly kind: PolicyKind;
  /** Blocks that may be pinned at one time. */
  readonly pinLimit: number;
}

export interface Layout extends Shape {
  readonly byteLength: number;
  /** Slots of the index, a power of two: at most every fourth one is in use. */
  readonly slots: number;
  /** Lists: a priority has as many as the policy asks for. */
  readonly lists: number;
  /** Where each part begins, in bytes. */
  readonly at: Readonly<Record<Part, number>>;
  /** Words 0 to 7. */
  readonly header: Int32Array;
}

const PARTS = [
  "records",
  "until",
  "index",
  "empty",
  "cached",
  "dropped",
  "heap",
  "place",
  "policy",
  "priority",
] as const;
type Part = (typeof PARTS)[number];

/** The layout of a pool of that shape, whose parts are checked: throws `InvalidArgumentError` where their sum is too large. */
export function layOut(shape: Shape): Layout {
  const { blocks, priorities, kind } = shape;
  const lists = priorities * kind.lists;
  const slots = 2 ** (34 - Math.clz32(blocks - 1));
  const ids = blocks + 1;
  const some = priorities > 1 ? ids : 0;
  const bytes: Record<Part, number> = {
    ...{ records: 64 * (blocks + lists), until: 8 * some, index: 4 * slots },
    ...{ empty: BitSet.byteLength(ids), cached: 4 * Math.ceil(ids / 32), dropped: 4 * blocks },
    ...{
      heap: 4 * some,
      place: 4 * some,
      policy: 4 * checkInteger("policy.words", kind.words(blocks, priorities), 0, 2 ** 30),
      priority: some,
    },
  };
  const at = {} as Record<Part, number>;
  let end = 4 * HEADER;
  for (const part of PARTS) {
    at[part] = end;
    end += bytes[part];
  }
  const byteLength = Math.ceil(end / 8) * 8;
  if (byteLength > MAX_CAPACITY) {
    throw new InvalidArgumentError(`invalid blocks: ${blocks} of them take ${byteLength} bytes, above ${MAX_CAPACITY}`);
  }
  const header = Int32Array.of(MAGIC, VERSION, byteLength, blocks, priorities, hashOf(kind.name), shape.pinLimit, 0);
  header[CHECKSUM] = fnv(header.subarray(0, CHECKSUM));
  return { ...shape, byteLength, slots, lists, at, header };
}

/** The layout of the pool that lies at `byteOffset`; throws `CorruptionError` where none does. */
export function readLayout(buffer: ArrayBufferLike, byteOffset: number, policies: readonly PolicyKind[]): Layout {
  const room = buffer.byteLength - byteOffset;
  expect(room >= 4 * HEADER, () => `${room} bytes at ${byteOffset} have no room for the header of a pool`);
  const header = new Int32Array(buffer, byteOffset, HEADER).slice();
  expect(header[0] === MAGIC, () => `no pool at ${byteOffset}: it begins with ${hex(header[0])}, not ${hex(MAGIC)}`);
  expect(header[1] === VERSION, () => `the pool's layout has version ${header[1]}, not ${VERSION}`);
  expect(
    header[CHECKSUM] === fnv(header.subarray(0, CHECKSUM)),
    () => "the header's checksum is not that of its words",
  );
  const byteLength = header[2] >>> 0;
  expect(room >= byteLength, () => `the pool is truncated: ${room} bytes of ${byteLength}`);
  const kind = policies.find(({ name }) => hashOf(name) === header[5]);
  if (kind === undefined)
    throw new InvalidArgumentError("invalid policy: the pool was made with one that is not known here");
  const blocks = checkInteger("blocks", header[3], 1, MAX_BLOCKS);
  const priorities = checkInteger("priorities", header[4], 1, MAX_PRIORITIES);
  const layout = layOut({ blocks, priorities, kind, pinLimit: header[6] });
  expect(layout.byteLength === byteLength, () => `the pool has ${byteLength} bytes, not ${layout.byteLength}`);
  return layout;
}

export function expect(truth: boolean, otherwise: () => string): void {
  if (!truth) throw new CorruptionError(otherwise());
}

function hashOf(name: string): number {
  return fnv(Array.from(name, (c) => c.codePointAt(0)!));
}

/** The 32-bit FNV-1a hash, over numbers instead of bytes. */
export function fnv(numbers: ArrayLike<number>): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < numbers.length; i++) hash = Math.imul(hash ^ numbers[i], 0x01000193);
  return hash | 0;
}

export function hex(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, "0")}`;
}
