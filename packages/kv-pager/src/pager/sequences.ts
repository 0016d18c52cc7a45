/**
 * Sequences: a record of fixed size each, and a block of the heap that grows with it. Of a record:
 *
 *     length      tokens known: committed + speculative           committed ≤ length
 *     scheduled   tokens that have slots, and so are computed or about to be; 0: it waits, and has no block
 *     have        entries of the table, blocks or 0               ≥ ⌈scheduled / blockTokens⌉; more: slots taken ahead
 *     first       entries before it are 0: out of the window      hits      entries that were found, not computed
 *     hashed      full blocks whose keys are known                registered   of them looked at for the index
 *     writable    the entry that is known to be nobody else's, + 1; 0: to be looked at
 *     given       1: keys came from outside, tokens are not kept  epoch     of the pager, when it got its first block
 *
 * Its block of the heap, from word `at` on:
 *
 *     ids      room          the table                    holders   4 · room   links (tenants.ts), where there are tenants
 *     keys     8 · room      of full blocks               root, media   8 each  what the next key depends on, beside tokens
 *                                                         tokens    tailRoom   those behind the last full block with a key
 */
import { OutOfMemoryError, PoolExhaustedError } from "@ariax/allocator";
import type { Core } from "./core.ts";

export const KEY_WORDS = 8;
/** Words before the tokens: the chain's root, and what media the block that is not full yet has. */
export const TAIL_HEAD = 16;

/** A sequence of a pager: a number, never 0, that is stale for ever once the sequence is closed. */
export type Sequence = number & { readonly [BRAND]: "sequence" };
declare const BRAND: unique symbol;

/** Words that an entry of a table takes, with its key and links. */
function entryWords(core: Core): number {
  return core.layout.tenants > 0 ? 1 + KEY_WORDS + 4 : 1 + KEY_WORDS;
}

function bytesFor(core: Core, room: number, tailRoom: number): number {
  return 4 * (entryWords(core) * room + TAIL_HEAD + tailRoom);
}

/** The word where entry 0's key is. */
export function keysAt({ columns }: Core, slot: number): number {
  return columns.at[slot] + columns.room[slot];
}

/** The word where the links of entry 0 are. */
export function linksAt({ columns }: Core, slot: number): number {
  return columns.at[slot] + (1 + KEY_WORDS) * columns.room[slot];
}

/** The word where the root is; the media and the tokens follow. */
export function tailAt(core: Core, slot: number): number {
  return core.columns.at[slot] + entryWords(core) * core.columns.room[slot];
}

/** Memory for a sequence: the word where it begins. Its table is empty. Throws `OutOfMemoryError`. */
export function newMemory(core: Core, room: number, tailRoom: number): number {
  const at = core.heap.allocate(bytesFor(core, room, tailRoom)) / 4;
  core.words.fill(0, at, at + room);
  return at;
}

/** Copies what a sequence of `room` entries has at `from` to where it is to be: another room. */
export function copyMemory(core: Core, slot: number, to: number, room: number): void {
  const { words, columns } = core;
  const from = columns.at[slot];
  const old = columns.room[slot];
  for (let part = 0, width = entryWords(core); part < width; ) {
    const size = part === 0 ? 1 : part === 1 ? KEY_WORDS : 4;
    words.copyWithin(to + part * room, from + part * old, from + (part + size) * old);
    part += size;
  }
  const tail = tailAt(core, slot);
  const tokens = TAIL_HEAD + columns.tailRoom[slot];
  words.copyWithin(to + entryWords(core) * room, tail, tail + tokens);
}

/**
 * Makes room for so many entries and tokens of the tail: half as much again as there was, where the heap has that. Throws
 * `OutOfMemoryError`, and nothing changed. O(entries) where it moves, so O(1) an entry in all.
 */
export function reserve(core: Core, slot: number, entries: number, tokens: number): void {
  const { columns, heap, words } = core;
  const [room, tailRoom] = [columns.room[slot], columns.tailRoom[slot]];
  if (entries <= room && tokens <= tailRoom) return;
  let [more, tail] = [grown(entries, room), grown(tokens, tailRoom)];
  let at = heap.tryAllocate(bytesFor(core, more, tail));
  if (at === 0) {
    [more, tail] = [Math.max(entries, room), Math.max(tokens, tailRoom)];
    at = heap.tryAllocate(bytesFor(core, more, tail));
    if (at === 0) throw new OutOfMemoryError(bytesFor(core, more, tail), 8, heap.capacity);
  }
  at /= 4;
  copyMemory(core, slot, at, more);
  words.fill(0, at + room, at + more);
  heap.free(4 * columns.at[slot]);
  columns.at[slot] = at;
  columns.room[slot] = more;
  columns.tailRoom[slot] = tail;
}

function grown(need: number, have: number): number {
  return need <= have ? have : Math.max(need, have + (have >>> 1), 4);
}

/** The keys of full blocks of committed tokens, as far as they are not known yet. O(1) a block. */
export function hashCommitted(core: Core, slot: number): void {
  const { columns, words, blockTokens, chain } = core;
  if (columns.given[slot] === 1) return;
  const from = columns.hashed[slot];
  const to = Math.floor(columns.committed[slot] / blockTokens);
  if (to <= from) return;
  const root = tailAt(core, slot);
  const media = root + KEY_WORDS;
  const tokens = root + TAIL_HEAD;
  const keys = keysAt(core, slot);
  for (let i = from; i < to; i++) {
    const parent = i === 0 ? root : keys + KEY_WORDS * (i - 1);
    chain.next(words, parent, words, tokens + (i - from) * blockTokens, words, media, words, keys + KEY_WORDS * i);
    if (i === from) words.fill(0, media, media + KEY_WORDS); // media are of the prompt: none begins behind it
  }
  const used = columns.length[slot] - from * blockTokens;
  words.copyWithin(tokens, tokens + (to - from) * blockTokens, tokens + used);
  columns.hashed[slot] = to;
}

/** Throws `PoolExhaustedError` where there is no record for one more sequence. */
export function checkSequences({ sequences, layout }: Core): void {
  if (sequences.nextFree < 0) throw new PoolExhaustedError(layout.sequences, sequences.retired, "list of sequences");
}
