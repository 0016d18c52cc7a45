/**
 * Events: which keys can be found, told to whoever routes requests by it. One is written when the first copy of a key comes to be in a tier,
 * and when the last one goes, so that those which were told, replayed from nothing, are the set of keys held.
 *
 * They are numbered from 0 without a gap. A ring has the last ones; a reader that comes too late for some sees so by the numbers, and begins
 * again with a snapshot. Of an event, 24 words:
 *
 *     0  type     4, 5  its number, low and high word    8  … 15  key        of `cleared`: zeros
 *     1  tier     6, 7  0                               16 … 23  the key of the block before it, of `stored`; else zeros
 *     2  epoch
 *     3  block
 */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, present, type Words } from "@ariax/allocator/implement";
import { type Core, checkThere } from "./core.ts";
import { EPOCH, EVENT_WORDS, LOST_EVENTS, NEXT_EVENT, OLDEST_EVENT } from "./layout.ts";
import { checkWords } from "./open-options.ts";
import { KEY_WORDS } from "./sequences.ts";

export { EVENT_WORDS };

export const STORED = 1;
export const REMOVED = 2;
export const CLEARED = 3;

/** An event, as an object. */
export interface KvEvent {
  /** From 0, without a gap. */
  readonly seq: number;
  /** `cleared`: every key of every tier is forgotten, a new epoch begins. */
  readonly type: "stored" | "removed" | "cleared";
  /** The tier's number: 0 is the device. */
  readonly tier: number;
  readonly epoch: number;
  /** The block that has, or had, the key; 0 of `cleared`. */
  readonly block: number;
  /** 64 hexadecimal digits; empty of `cleared`. */
  readonly key: string;
  /** The key of the block before it; empty where it is a sequence's first, and of `removed` and `cleared`. */
  readonly parent: string;
}

/** What is held at a moment: events from `seq` on continue it. */
export interface KvSnapshot {
  /** The number of the first event that is not contained. */
  readonly seq: number;
  readonly epoch: number;
  /** Of each tier the keys held, 64 hexadecimal digits each, by block. */
  readonly tiers: readonly (readonly string[])[];
}

/** A new event's first word; the words of its keys are zero. */
function begin(core: Core, type: number, tier: number, id: number): number {
  const { events, doubles, layout } = core;
  const seq = doubles[NEXT_EVENT];
  if (seq - doubles[OLDEST_EVENT] === layout.events) {
    doubles[OLDEST_EVENT]++;
    doubles[LOST_EVENTS]++;
  }
  const at = EVENT_WORDS * (seq % layout.events);
  events.fill(0, at, at + EVENT_WORDS);
  events[at] = type;
  events[at + 1] = tier;
  events[at + 2] = core.words[EPOCH];
  events[at + 3] = id;
  events[at + 4] = seq;
  events[at + 5] = seq / 2 ** 32;
  doubles[NEXT_EVENT] = seq + 1;
  return at;
}

/** A block is about to get a key: told, if no other one of the tier has it. `parent`: where the key before it is, or −1. */
export function tellStored(core: Core, tier: number, id: number, words: Int32Array, key: number, parent: number): void {
  if (core.layout.events === 0 || core.tiers[tier].find(words, key) !== 0) return;
  const at = begin(core, STORED, tier, id);
  const { events } = core;
  for (let i = 0; i < KEY_WORDS; i++) {
    events[at + 8 + i] = words[key + i];
    if (parent >= 0) events[at + 16 + i] = words[parent + i];
  }
}

/** Right after a verb that has taken blocks, or forgotten a key: the keys whose last copy went. */
export function tellRemoved(core: Core, tier: number): void {
  if (core.layout.events === 0) return;
  const pool = core.tiers[tier];
  for (let i = 0, n = pool.dropped; i < n; i++) {
    const at = begin(core, REMOVED, tier, 0);
    core.events[at + 3] = pool.droppedAt(i, core.events, at + 8);
  }
}

export function tellCleared(core: Core): void {
  if (core.layout.events > 0) begin(core, CLEARED, 0, 0);
}

function hexAt(words: Int32Array, at: number): string {
  let text = "";
  for (let i = 0; i < KEY_WORDS; i++) {
    const word = words[at + i];
    // A key is bytes, and words are little-endian: the lowest byte comes first.
    for (let shift = 0; shift < 32; shift += 8) text += ((word >>> shift) & 255).toString(16).padStart(2, "0");
  }
  return text;
}

const NO_KEY = "0".repeat(64);

/**
 * An event from its words.
 *
 * @throws `InvalidArgumentError` where they are none.
 */
export function readEvent(words: Int32Array, at = 0): KvEvent {
  checkInteger("at", at, 0, checkWords("event", words).length);
  const isThere = words.length - at >= EVENT_WORDS;
  const type = isThere ? (["", "stored", "removed", "cleared"] as const)[words[at]] : undefined;
  if (type === undefined || type === "") throw new InvalidArgumentError(`invalid event: no event begins at word ${at}`);
  const parent = hexAt(words, at + 16);
  return {
    seq: (words[at + 4] >>> 0) + 2 ** 32 * (words[at + 5] >>> 0),
    ...{ type, tier: words[at + 1], epoch: words[at + 2], block: words[at + 3] },
    key: type === "cleared" ? "" : hexAt(words, at + 8),
    parent: parent === NO_KEY ? "" : parent,
  };
}

const WORDS: Words<KvEvents> = {
  name: () => "KvEvents",
  parts: (it) => [`${it.size} to be read`, `${it.lost} lost`],
  what: "events",
  send: "post what events.drain() returns",
};

/**
 * The events of a pager: `pager.events`.
 *
 * @throws `DetachedError` once the memory is gone.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export class KvEvents {
  declare private readonly core: Core;

  /** @internal */
  constructor(core: Core) {
    present(this, WORDS);
    this.core = core;
  }

  /** How many are there to be taken. O(1). */
  get size(): number {
    const { core } = this;
    checkThere(core);
    return core.doubles[NEXT_EVENT] - core.doubles[OLDEST_EVENT];
  }

  /** How many went unread, as the ring was full: their reader has to begin again with a snapshot. O(1). */
  get lost(): number {
    const { core } = this;
    checkThere(core);
    return core.doubles[LOST_EVENTS];
  }

  /** The number of the event that comes next. O(1). */
  get next(): number {
    const { core } = this;
    checkThere(core);
    return core.doubles[NEXT_EVENT];
  }

  /** Moves the oldest ones to `out`, 24 words each, as many as there are and fit; returns how many. O(those), no garbage. */
  take(out: Int32Array): number {
    const { core } = this;
    checkWords("out", out);
    checkThere(core);
    const { events, doubles, layout } = core;
    const oldest = doubles[OLDEST_EVENT];
    const n = Math.min(Math.floor(out.length / EVENT_WORDS), doubles[NEXT_EVENT] - oldest);
    for (let i = 0; i < n; i++) {
      const from = EVENT_WORDS * ((oldest + i) % layout.events);
      for (let w = 0; w < EVENT_WORDS; w++) out[EVENT_WORDS * i + w] = events[from + w];
    }
    doubles[OLDEST_EVENT] = oldest + n;
    return n;
  }

  /** Takes all of them, as objects. O(those). */
  drain(): KvEvent[] {
    const out = new Int32Array(EVENT_WORDS * this.size);
    const n = this.take(out);
    return Array.from({ length: n }, (_, i) => readEvent(out, EVENT_WORDS * i));
  }

  /** What is held now, and the number of the event that continues it. Takes none. O(blocks). */
  snapshot(): KvSnapshot {
    const { core } = this;
    checkThere(core);
    const key = new Int32Array(KEY_WORDS);
    const tiers = core.tiers.map((pool) => {
      const keys: string[] = [];
      for (let id = 1; id <= pool.blocks; id++) {
        // Of several copies one stands for all: the one that is found.
        if (pool.keyOf(id, key, 0) && pool.find(key, 0) === id) keys.push(hexAt(key, 0));
      }
      return keys;
    });
    return { seq: core.doubles[NEXT_EVENT], epoch: core.words[EPOCH], tiers };
  }
}
