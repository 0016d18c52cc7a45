/**
 * Sequences: a record of fixed size each, and a block of the heap that grows with it. Of a record:
 *
 *     length      tokens known: committed + speculative           committed ≤ length
 *     scheduled   tokens that have slots, and so are computed or about to be; 0: it waits, and has no block
 *     have        entries of the table, blocks or 0               ≥ ⌈scheduled / blockTokens⌉; more: slots taken ahead
 *     first       entries before it are 0: out of the window      hits      entries that were found, not computed
 *     hashed      full blocks whose keys are known                registered   of them looked at for the index
 *     until       tokens up to here can be appended without a look: block and room are there, nobody else's; 0: none
 *     origin      the word where token 0 would be, as those are that are kept: of use for these
 *     given       1: keys came from outside, tokens are not kept  epoch     of the pager, when it got its first block
 *
 * Its block of the heap, from word `at` on:
 *
 *     ids      room          the table                    holders   4 · room   links (tenants.ts), where there are tenants
 *     keys     8 · room      of full blocks               tokens    tailRoom   those behind the last full block with a key
 *                                                         note      what else its keys depend on (context.ts); `note` bytes
 */
import { type OutOfMemoryError, PoolExhaustedError } from "@ariax/allocator";
import { outOfMemory } from "@ariax/allocator/implement";
import type { Core } from "./core.ts";

export const KEY_WORDS = 8;

/** A sequence of a pager: a number, never 0, that is stale for ever once the sequence is closed. */
export type Sequence = number & { readonly [BRAND]: "sequence" };
declare const BRAND: unique symbol;

/** Blocks that so many tokens fill. In whole numbers: a quotient in floating point is garbage where it is kept. */
export function fullBlocks(tokens: number, blockTokens: number): number {
  return (tokens / blockTokens) | 0;
}

/** Blocks that so many tokens take. */
export function blocksFor(tokens: number, blockTokens: number): number {
  return ((tokens + blockTokens - 1) / blockTokens) | 0;
}

/** The offset in the heap of what begins at a word. */
export function offsetOf(word: number): number {
  return (word << 2) >>> 0;
}

/** Words that an entry of a table takes, with its key and links. */
function entryWords(core: Core): number {
  return core.layout.tenants > 0 ? 1 + KEY_WORDS + 4 : 1 + KEY_WORDS;
}

/** The bytes that a sequence takes. */
export function bytesFor(core: Core, room: number, tailRoom: number, note: number): number {
  return 4 * (entryWords(core) * room + tailRoom) + note;
}

/** The word where entry 0's key is. */
export function keysAt({ columns }: Core, slot: number): number {
  return columns.at[slot] + columns.room[slot];
}

/** The word where the links of entry 0 are. */
export function linksAt({ columns }: Core, slot: number): number {
  return columns.at[slot] + (1 + KEY_WORDS) * columns.room[slot];
}

/** The word where the tokens are that no key is made of yet. */
export function tailAt(core: Core, slot: number): number {
  return core.columns.at[slot] + entryWords(core) * core.columns.room[slot];
}

/** The word where a block of the heap begins, or 0 where it has no room for one. */
function tryWords({ heap }: Core, bytes: number): number {
  return bytes <= heap.capacity ? heap.tryAllocate(bytes) >>> 2 : 0;
}

/** The same, but throws `OutOfMemoryError`. */
export function allocateWords(core: Core, bytes: number): number {
  const at = tryWords(core, bytes);
  if (at === 0) throw tablesFull(core, bytes);
  return at;
}

/** What the heap says, and which option is to be raised. */
function tablesFull({ heap }: Core, bytes: number): OutOfMemoryError {
  const error = outOfMemory(heap, bytes);
  error.message += "; the option tableBytes makes room for more tables";
  // V8 has the message in the stack already, as it was.
  (Error as { captureStackTrace?(error: Error): void }).captureStackTrace?.(error);
  return error;
}

/** The word where the note begins. */
export function noteAt(core: Core, slot: number): number {
  return tailAt(core, slot) + core.columns.tailRoom[slot];
}

/** Memory for a sequence: the word where it begins. Its table is empty. Throws `OutOfMemoryError`. */
export function newMemory(core: Core, room: number, tailRoom: number, note: number): number {
  const at = allocateWords(core, bytesFor(core, room, tailRoom, note));
  core.words.fill(0, at, at + room);
  return at;
}

/** Copies what a sequence has to where it is to be, with another room for entries and tokens. */
export function copyMemory(core: Core, slot: number, to: number, room: number, tailRoom: number): void {
  const { words, columns } = core;
  const from = columns.at[slot];
  const old = columns.room[slot];
  const width = entryWords(core);
  words.copyWithin(to, from, from + old);
  words.copyWithin(to + room, from + old, from + (1 + KEY_WORDS) * old);
  words.copyWithin(to + (1 + KEY_WORDS) * room, from + (1 + KEY_WORDS) * old, from + width * old);
  const tail = to + width * room;
  words.copyWithin(tail, tailAt(core, slot), noteAt(core, slot));
  words.copyWithin(tail + tailRoom, noteAt(core, slot), noteAt(core, slot) + Math.ceil(columns.note[slot] / 4));
}

/**
 * Makes room for so many entries and tokens of the tail: half as much again as there was, where the heap has that. Throws
 * `OutOfMemoryError`, and nothing changed. O(entries) where it moves, so O(1) an entry in all.
 */
export function reserve(core: Core, slot: number, entries: number, tokens: number): void {
  const { columns, heap, words } = core;
  const room = columns.room[slot];
  const tailRoom = columns.tailRoom[slot];
  const note = columns.note[slot];
  if (entries <= room && tokens <= tailRoom) return;
  let more = grown(entries, room);
  let tail = grown(tokens, tailRoom);
  let at = tryWords(core, bytesFor(core, more, tail, note));
  if (at === 0) {
    more = Math.max(entries, room);
    tail = Math.max(tokens, tailRoom);
    at = allocateWords(core, bytesFor(core, more, tail, note));
  }
  copyMemory(core, slot, at, more, tail);
  words.fill(0, at + room, at + more);
  heap.free(offsetOf(columns.at[slot]));
  columns.at[slot] = at;
  columns.room[slot] = more;
  columns.tailRoom[slot] = tail;
}

function grown(need: number, have: number): number {
  return need <= have ? have : Math.max(need, have + (have >>> 1), 4);
}

/** Throws `PoolExhaustedError` where there is no record for one more sequence. */
export function checkSequences({ sequences, layout }: Core): void {
  if (sequences.nextFree >= 0) return;
  const live = layout.sequences - sequences.retired;
  const how = `all ${live} are open; close one, or raise the option sequences (${layout.sequences})`;
  throw new PoolExhaustedError(layout.sequences, sequences.retired, "list of sequences", how);
}
