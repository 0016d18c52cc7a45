/**
 * Where everything lies in a pool's one buffer, in bytes from its beginning. Ids are 1 to `blocks`, so a column has `blocks + 1` elements,
 * and element 0 is no block's. `next` and `prev` have one more for each list: its anchor, before its first block and after its last.
 *
 *     header     128 bytes, below                    prev, next   i32   the line of cached blocks that one stands in
 *     stamp      f64  when it came to stand there    twins, twinsBack   i32   the ring of blocks with the same key
 *     until      f64  the term of its priority       dropped      i32   of what the last call forgot the key
 *     keys       8 · i32  256 bits                   heap, place  i32   the terms, the first to end on top
 *     refs       i32  sequences that use it          index        2 · i32 a slot: key → block
 *     pins       i32                                 empty        BitSet: holds nothing, in use by nobody
 *     mark       i32  ± the epoch: see `state.ts`    cached       a bit each, leaves only
 *                                                    policy       what the policy has beside its lists
 *                                                    priority     u8
 *
 * `until`, `heap`, `place` and `priority` are there only where there is more than one priority.
 */
import { CorruptionError, checkInteger, InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import { BitSet } from "@ariax/bitset";
import type { PolicyKind } from "../policies/policy.ts";

/** Blocks at most: an id has 24 bits in the index. */
export const MAX_BLOCKS: number = 2 ** 24 - 1;
export const MAX_PRIORITIES = 256;

/** Words of a key. */
export const KEY_WORDS = 8;

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
  /** Slots of the index, a power of two. */
  readonly slots: number;
  /** Lists: a priority has as many as the policy asks for. */
  readonly lists: number;
  /** Byte offsets of the columns. */
  readonly at: Readonly<Record<Column, number>>;
  /** Words 0 to 7. */
  readonly header: Int32Array;
}

const COLUMNS = [
  "stamp",
  "until",
  "keys",
  "refs",
  "pins",
  "mark",
  "next",
  "prev",
  "twins",
  "twinsBack",
  "dropped",
  "heap",
  "place",
  "index",
  "empty",
  "cached",
  "counts",
  "policy",
  "priority",
] as const;
type Column = (typeof COLUMNS)[number];

/** The layout of a pool of that shape, whose fields are checked but for their sum: throws `InvalidArgumentError` where it is too large. */
export function layOut(shape: Shape): Layout {
  const { blocks, priorities, kind } = shape;
  const lists = priorities * kind.lists;
  const slots = 2 ** (33 - Math.clz32(blocks - 1));
  const [ids, hasPriorities] = [blocks + 1, priorities > 1];
  const bytes: Record<Column, number> = {
    ...{ stamp: 8 * ids, until: hasPriorities ? 8 * ids : 0, keys: 4 * KEY_WORDS * ids },
    ...{ refs: 4 * ids, pins: 4 * ids, mark: 4 * ids, next: 4 * (ids + lists), prev: 4 * (ids + lists) },
    ...{ twins: 4 * ids, twinsBack: 4 * ids, dropped: 4 * ids },
    ...{ heap: hasPriorities ? 4 * ids : 0, place: hasPriorities ? 4 * ids : 0 },
    ...{ index: 8 * slots, empty: BitSet.byteLength(ids), cached: 4 * Math.ceil(ids / 32), counts: 4 * priorities },
    ...{ policy: 4 * kind.words(blocks, priorities), priority: hasPriorities ? ids : 0 },
  };
  const at = {} as Record<Column, number>;
  let end = 4 * HEADER;
  for (const name of COLUMNS) {
    at[name] = end;
    end += bytes[name];
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
function fnv(numbers: ArrayLike<number>): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < numbers.length; i++) hash = Math.imul(hash ^ numbers[i], 0x01000193);
  return hash | 0;
}

function hex(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, "0")}`;
}
