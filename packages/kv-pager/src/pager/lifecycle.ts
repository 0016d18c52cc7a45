/** The life of a sequence: open, fork, preempt, close. */
import { checkInteger } from "@ariax/allocator/implement";
import type { Core } from "./core.ts";
import { tellRemoved } from "./events.ts";
import { hasKey } from "./hits.ts";
import { noteOf } from "./keys.ts";
import { RUNNING } from "./layout.ts";
import type { OpenRequest } from "./open-options.ts";
import {
  blocksFor,
  checkSequences,
  copyMemory,
  fullBlocks,
  KEY_WORDS,
  keysAt,
  newMemory,
  noteAt,
  offsetOf,
  type Sequence,
  tailAt,
} from "./sequences.ts";
import { leave } from "./slots.ts";
import { hold, tenantOf } from "./tenants.ts";

/** What taking its blocks from a sequence would cost, or did. */
export interface Cost {
  /** Tokens to compute again, at most: those in blocks that nobody else has. Fewer, as far as nobody takes the blocks meanwhile. */
  readonly recompute: number;
  /** Blocks that are free then. */
  readonly freed: number;
}

/** A sequence that waits, with its keys. What was asked for is checked. Throws where there is no room for it. O(tokens). */
export function openSequence(core: Core, asked: OpenRequest): Sequence {
  const { sequences, columns, words, blockTokens } = core;
  const { tokens, keys, length, context } = asked;
  checkSequences(core);
  const full = keys.length / KEY_WORDS;
  const note = noteOf(context);
  const room = blocksFor(length + 1, blockTokens) + 1;
  const tailRoom = tokens === undefined ? 0 : 2 * blockTokens;
  const at = newMemory(core, room, tailRoom, note.length);
  const handle = sequences.acquire();
  const slot = sequences.slot(handle);
  for (const name of FIELDS) columns[name][slot] = 0;
  columns.at[slot] = at;
  columns.room[slot] = room;
  columns.tailRoom[slot] = tailRoom;
  columns.note[slot] = note.length;
  columns.given[slot] = tokens === undefined ? 1 : 0;
  columns.length[slot] = columns.committed[slot] = length;
  columns.hashed[slot] = full;
  columns.tenant[slot] = asked.tenant === undefined ? 0 : tenantOf(core, asked.tenant);
  columns.priority[slot] = asked.priority;
  columns.term[slot] = asked.retain;
  words.set(keys, keysAt(core, slot));
  if (tokens !== undefined) words.set(tokens.subarray(full * blockTokens), tailAt(core, slot));
  if (note.length > 0) {
    new Uint8Array(core.buffer, 4 * noteAt(core, slot), note.length).set(note);
    core.contexts.set(handle, context);
  }
  return handle as unknown as Sequence;
}

const FIELDS = [
  ...([
    "have",
    "first",
    "hits",
    "registered",
    "until",
    "origin",
    "hashed",
    "scheduled",
    "length",
    "committed",
  ] as const),
  ...(["epoch", "tenant", "priority", "term", "given", "note", "room", "tailRoom", "at"] as const),
] as const;

/**
 * Another sequence with the same tokens and the same blocks: what either writes from now on it writes to blocks of its own. Throws where
 * there is no room for it. O(blocks).
 */
export function forkSequence(core: Core, slot: number): Sequence {
  const { sequences, columns, words, pool, blockTokens } = core;
  checkSequences(core);
  const room = columns.room[slot];
  const tailRoom = columns.tailRoom[slot];
  const at = newMemory(core, room, tailRoom, columns.note[slot]);
  copyMemory(core, slot, at, room, tailRoom);
  const handle = sequences.acquire();
  const copy = sequences.slot(handle);
  for (const name of FIELDS) columns[name][copy] = columns[name][slot];
  columns.at[copy] = at;
  // Slots taken ahead are not shared: nothing is in them.
  const have = blocksFor(columns.scheduled[slot], blockTokens);
  words.fill(0, at + have, at + room);
  columns.have[copy] = have;
  columns.until[slot] = columns.until[copy] = 0;
  const first = columns.first[slot];
  if (have > first) pool.touch(words, at + first, have - first);
  for (let i = first; i < have; i++) hold(core, copy, i);
  if (have > 0) words[RUNNING]++;
  return handle as unknown as Sequence;
}

/** What `preempt` would cost. O(blocks). */
export function costOf(core: Core, slot: number): Cost {
  const { columns, words, pool, blockTokens } = core;
  const at = columns.at[slot];
  const scheduled = columns.scheduled[slot];
  let [recompute, freed] = [scheduled, 0];
  let isFound = true; // all up to here will be, as long as others have it
  for (let i = columns.first[slot]; i < columns.have[slot]; i++) {
    const id = words[at + i];
    const isKept = pool.refs(id) > 1 || pool.pins(id) > 0;
    if (!isKept) freed++;
    isFound &&= isKept && hasKey(core, id);
    if (isFound) recompute = scheduled - Math.min(scheduled, (i + 1) * blockTokens);
  }
  return { recompute, freed };
}

/** Whose tokens from `computed` on were never computed: blocks that it gave a key can be found no more. O(blocks). */
function forgetFrom(core: Core, slot: number, computed: number): void {
  const { columns, words, pool, blockTokens } = core;
  const from = Math.max(columns.hits[slot], columns.first[slot], fullBlocks(computed, blockTokens));
  for (let i = from; i < columns.registered[slot]; i++) {
    const id = words[columns.at[slot] + i];
    if (id !== 0 && pool.evict(id)) tellRemoved(core, 0);
  }
}

/** Checked: how many tokens of a sequence were computed, all with slots by default. */
export function checkComputed({ columns }: Core, slot: number, computed: number | undefined): number {
  const most = columns.scheduled[slot];
  return computed === undefined ? most : checkInteger("computed", computed, 0, most);
}

/** Takes all blocks from a sequence; it waits. What it computed can be found. Tokens that are not committed are gone. O(blocks). */
export function emptySequence(core: Core, slot: number, computed: number): void {
  const { columns, words } = core;
  forgetFrom(core, slot, computed);
  if (columns.have[slot] > 0) words[RUNNING]--;
  leave(core, slot, columns.first[slot], columns.have[slot]);
  columns.have[slot] = columns.first[slot] = columns.hits[slot] = 0;
  columns.registered[slot] = columns.until[slot] = columns.scheduled[slot] = 0;
  columns.length[slot] = columns.committed[slot];
}

/** Ends a sequence. O(blocks). */
export function closeSequence(core: Core, sequence: Sequence, slot: number, computed: number): void {
  emptySequence(core, slot, computed);
  core.heap.free(offsetOf(core.columns.at[slot]));
  if (core.columns.note[slot] > 0) core.contexts.delete(sequence);
  core.sequences.release(sequence as never);
}
