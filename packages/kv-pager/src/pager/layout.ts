/**
 * Where everything of a pager lies: one buffer, from its first byte on, in this order.
 *
 *     header      64 words, below                   tickets    MetadataPool: work in flight between tiers
 *     names       of the tiers, 32 bytes each       tenants    16 words each: quota, charge, name
 *     pools       a BlockPool for each tier         holders    4 words a block: who has it longest, and who last
 *     sequences   MetadataPool: see sequences.ts    moves      ring: what the engine is to copy
 *     heap        SlabAllocator: tables, keys,      events     ring: what became known, and what was forgotten
 *                 tokens, lists of tickets
 */
import { CorruptionError, InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import { MetadataPool } from "@ariax/metadata-pool";
import { BlockPool } from "../pool/block-pool.ts";
import { fnv, hex } from "../pool/layout.ts";
import type { BlockPoolOptions } from "../pool/options.ts";
import { fromUtf8, toUtf8 } from "./utf8.ts";

/** The pool of sequences: what each field is, `sequences.ts` says. */
export const SEQUENCE_FIELDS = {
  at: "u32",
  room: "i32",
  tailRoom: "i32",
  have: "i32",
  first: "i32",
  hits: "i32",
  registered: "i32",
  until: "i32",
  origin: "i32",
  hashed: "i32",
  given: "i32",
  note: "i32",
  scheduled: "i32",
  length: "i32",
  committed: "i32",
  epoch: "i32",
  tenant: "i32",
  priority: "i32",
  term: "f64",
} as const;

export const TICKET_FIELDS = { at: "u32", count: "i32", epoch: "i32", from: "i32", to: "i32" } as const;

/** Words of the header: those up to the checksum never change. */
const MAGIC = 0x4158_4b56; // "AXKV"
const VERSION = 1;
/** The seed's bytes, after how many they are. */
const SEED = 17;
export const SEED_BYTES = 52;
const CHECKSUM = 31;
export const RUNNING = 32;
export const EPOCH = 33;
export const TENANTS = 34;
export const MOVES_HEAD = 35;
export const MOVES = 36;
/** f64, as indices of 8 bytes: the number of the event that comes next, of the oldest kept, and how many were lost unread. */
export const NEXT_EVENT = 20;
export const OLDEST_EVENT = 21;
export const LOST_EVENTS = 22;
const HEADER = 64;

export const MAX_TIERS = 16;
const NAME_BYTES = 32;
export const TENANT_WORDS = 16;
/** Bytes of a tenant's name: what is left of its words. */
export const TENANT_NAME = 52;
export const HOLDER_WORDS = 4;
export const MOVE_WORDS = 8;
/** Words of an event. */
export const EVENT_WORDS = 24;

/** What a pager is made of: whole numbers, checked. */
export interface Shape {
  /** Blocks of each tier; the first is the device. */
  readonly tiers: readonly { readonly name: string; readonly blocks: number }[];
  readonly blockTokens: number;
  /** Tokens of a sliding window, or 0. */
  readonly window: number;
  /** Blocks that admitting a sequence leaves free. */
  readonly watermark: number;
  readonly sequences: number;
  readonly tickets: number;
  readonly tenants: number;
  readonly moves: number;
  readonly events: number;
  readonly tableBytes: number;
  readonly priorities: number;
  readonly policy: string;
  /** Blocks of the device that may be pinned at one time, as a share of all. */
  readonly pinLimit: number;
  /** Index of the hash in `HASHES`, + 1; 0: keys are made by who attaches. */
  readonly hash: number;
}

export interface Layout extends Shape {
  readonly byteLength: number;
  /** Byte offsets. */
  readonly pools: readonly number[];
  readonly sequencesAt: number;
  readonly ticketsAt: number;
  readonly tenantsAt: number;
  readonly holdersAt: number;
  readonly movesAt: number;
  readonly eventsAt: number;
  readonly heapAt: number;
}

export function poolOptions(shape: Shape, tier: number): BlockPoolOptions {
  const { priorities, policy, pinLimit } = shape;
  return { blocks: shape.tiers[tier].blocks, priorities, policy, pinLimit };
}

/** The layout of a pager of that shape. Throws `InvalidArgumentError` where it is too large. */
export function layOut(shape: Shape): Layout {
  let end = 4 * HEADER + NAME_BYTES * MAX_TIERS;
  const place = (bytes: number, alignment = 8): number => {
    const at = Math.ceil(end / alignment) * alignment;
    end = at + bytes;
    return at;
  };
  const { sequences, tickets, tenants, moves, events, tableBytes } = shape;
  const pools = shape.tiers.map((_, tier) => place(BlockPool.byteLength(poolOptions(shape, tier))));
  const layout = {
    ...shape,
    pools,
    sequencesAt: place(MetadataPool.byteLength({ capacity: sequences, fields: SEQUENCE_FIELDS })),
    ticketsAt: place(MetadataPool.byteLength({ capacity: tickets, fields: TICKET_FIELDS })),
    tenantsAt: place(4 * TENANT_WORDS * (tenants + 1)),
    holdersAt: place(tenants > 0 ? 4 * HOLDER_WORDS * (shape.tiers[0].blocks + 1) : 0),
    movesAt: place(4 * MOVE_WORDS * moves),
    eventsAt: place(4 * EVENT_WORDS * events),
    heapAt: place(tableBytes, 4096),
  };
  if (end > MAX_CAPACITY) {
    throw new InvalidArgumentError(`invalid options: the pager takes ${end} bytes, above ${MAX_CAPACITY}`);
  }
  return { ...layout, byteLength: end };
}

const FIELDS = ["blockTokens", "window", "watermark", "sequences", "tickets", "tenants", "moves", "events"] as const;
const MORE = ["tableBytes", "priorities", "hash"] as const;

/** The words of the header that never change, and the names. */
export function writeHeader(words: Int32Array, layout: Layout, seed: Uint8Array): void {
  words.set([MAGIC, VERSION, layout.byteLength, layout.tiers.length, hashOf(layout.policy)]);
  [...FIELDS, ...MORE].forEach((name, i) => {
    words[5 + i] = layout[name];
  });
  words[16] = Math.round(layout.pinLimit * 1e6);
  words[SEED] = seed.length;
  new Uint8Array(words.buffer, words.byteOffset + 4 * SEED + 4, SEED_BYTES).set(seed);
  const names = new Uint8Array(words.buffer, words.byteOffset + 4 * HEADER, NAME_BYTES * MAX_TIERS);
  layout.tiers.forEach(({ name, blocks }, tier) => {
    const utf8 = toUtf8(name);
    names[NAME_BYTES * tier] = utf8.length;
    names.set(utf8, NAME_BYTES * tier + 1);
    words[HEADER + (NAME_BYTES / 4) * tier + NAME_BYTES / 4 - 1] = blocks;
  });
  words[EPOCH] = 1;
  words[CHECKSUM] = checksum(words);
}

/** Bytes that a tier's name may have. */
export const TIER_NAME: number = NAME_BYTES - 5;

/** The layout of the pager that begins at byte 0. Throws `CorruptionError` where none does. */
export function readLayout(buffer: ArrayBufferLike, policies: readonly string[]): Layout {
  const least = 4 * HEADER + NAME_BYTES * MAX_TIERS;
  expect(buffer.byteLength >= least, () => `no pager: ${buffer.byteLength} bytes have no room for its header`);
  const words = new Int32Array(buffer, 0, least / 4);
  expect(words[0] === MAGIC, () => `no pager: it begins with ${hex(words[0])}${likeness(words[0])}, not ${hex(MAGIC)}`);
  expect(words[1] === VERSION, () => `the pager's layout has version ${words[1]}, not ${VERSION}`);
  expect(words[CHECKSUM] === checksum(words), () => "the header's checksum is not that of its words");
  const bytes = words[2] >>> 0;
  expect(buffer.byteLength >= bytes, () => `truncated: the pager has ${bytes} bytes, ${buffer.byteLength} are there`);
  const tiers = Array.from({ length: words[3] }, (_, tier) => {
    const at = 4 * HEADER + NAME_BYTES * tier;
    const named = new Uint8Array(buffer, at, NAME_BYTES).slice(1, 1 + new Uint8Array(buffer, at, 1)[0]);
    return { name: fromUtf8(named), blocks: words[(at + NAME_BYTES) / 4 - 1] };
  });
  const shape = {
    tiers,
    policy: policies.find((name) => hashOf(name) === words[4]),
    pinLimit: words[16] / 1e6,
  } as unknown as Shape;
  [...FIELDS, ...MORE].forEach((name, i) => {
    (shape as unknown as Record<string, number>)[name] = words[5 + i];
  });
  const layout = layOut(shape);
  expect(layout.byteLength === bytes, () => `the pager has ${bytes} bytes, not ${layout.byteLength}`);
  return layout;
}

/** What else of ours, or nothing, may lie where a pager was looked for. */
const OTHERS: Readonly<Record<number, string>> = {
  0: "empty memory",
  1096303184: "a BlockPool",
  1096306000: "a MetadataPool",
  1480675905: "a SlabAllocator",
};

/** Whose first word it is. */
function likeness(word: number): string {
  return Object.hasOwn(OTHERS, word) ? `, as ${OTHERS[word]} does` : "";
}

/** The seed of the pager that begins at byte 0: a copy. */
export function readSeed(buffer: ArrayBufferLike): Uint8Array {
  return new Uint8Array(buffer, 4 * SEED + 4, new Int32Array(buffer, 4 * SEED, 1)[0]).slice();
}

/** Of a policy's name. */
function hashOf(name: string): number {
  return fnv(Array.from(name, (c) => c.codePointAt(0)!));
}

/** FNV-1a over the words that never change. */
function checksum(words: Int32Array): number {
  const names = words.subarray(HEADER, HEADER + (NAME_BYTES / 4) * MAX_TIERS);
  return fnv([...words.subarray(0, CHECKSUM), ...names]);
}

export function expect(truth: boolean, otherwise: () => string): void {
  if (!truth) throw new CorruptionError(otherwise());
}
