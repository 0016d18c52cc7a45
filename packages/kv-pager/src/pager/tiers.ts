/**
 * Tiers: more blocks behind the device's, in host memory or on a disk. A pool each; the same keys. What is in flight between two of them
 * has a ticket, which uses the blocks at both ends, so that nobody else gets one before the engine says that the copy is done, or failed.
 *
 *     offload   device block, has a key  ──▶  tier's block, gets it once done        both are free to be evicted then
 *     load      tier's block, has a key  ──▶  device block, gets it once done        and the hits before it, which stay until then
 *
 * Of a ticket the heap has a list, three words an entry:  device's block, tier, tier's block (0: a hit, nothing is copied).
 */
import { InvalidArgumentError, PoolExhaustedError, StaleHandleError } from "@ariax/allocator";
import { checkInteger } from "@ariax/allocator/implement";
import type { Core } from "./core.ts";
import { tellRemoved, tellStored } from "./events.ts";
import { mostHits } from "./hits.ts";
import { EPOCH } from "./layout.ts";
import { addMove, checkMoves, dropMoves, LOAD, OFFLOAD } from "./moves.ts";
import { allocateWords, KEY_WORDS, keysAt, offsetOf } from "./sequences.ts";

const ENTRY = 3;
/** A key, and the one before it. */
const keys: Int32Array = /* @__PURE__ */ new Int32Array(2 * KEY_WORDS);

/** What is in flight: a number, never 0, that is stale once it is done, failed or expired. */
export type Ticket = number & { readonly [BRAND]: "ticket" };
declare const BRAND: unique symbol;

type Record = ReturnType<Core["tickets"]["acquire"]>;

/** Blocks of a sequence that are in some tier, from its first on: consecutive ones, as runs of (tier, blocks) in `out`; returns how many runs. */
export function findRuns(core: Core, slot: number, out: Int32Array): number {
  const { words, tiers } = core;
  const most = mostHits(core, slot);
  const from = keysAt(core, slot);
  let runs = 0;
  for (let i = 0; i < most; i++) {
    const at = from + KEY_WORDS * i;
    let tier = 0;
    while (tier < tiers.length && tiers[tier].find(words, at) === 0) tier++;
    if (tier === tiers.length) break;
    if (runs === 0 || out[2 * runs - 2] !== tier) {
      if (2 * runs + 2 > out.length) break;
      out[2 * runs] = tier;
      out[2 * runs + 1] = 0;
      runs++;
    }
    out[2 * runs - 1]++;
  }
  return runs;
}

/** Room for a ticket's list, and one more ticket, or throws; the word where it begins. Nothing else changes. */
function newList(core: Core, entries: number): number {
  if (core.tickets.nextFree < 0) {
    const how = `all ${core.layout.tickets} are in flight; end one by done, failed or expire, or raise the option tickets`;
    throw new PoolExhaustedError(core.layout.tickets, 0, "list of tickets", how);
  }
  return allocateWords(core, 4 * ENTRY * entries);
}

function newTicket(core: Core, at: number, count: number, from: number, to: number): Ticket {
  const ticket = core.tickets.acquire();
  const slot = core.tickets.slot(ticket);
  const { columns } = core.tickets;
  columns.at[slot] = at;
  columns.count[slot] = count;
  columns.from[slot] = from;
  columns.to[slot] = to;
  columns.epoch[slot] = core.words[EPOCH];
  return ticket as unknown as Ticket;
}

/**
 * Copies of `ids`, blocks with keys of tier `from`, are begun to tier `to`: one of each key that is there not yet. 0, and nothing changed,
 * where none is to be copied, or the tier has no room for them.
 */
export function offloadBlocks(core: Core, ids: ArrayLike<number>, from: number, to: number): Ticket | 0 {
  const { tiers, words } = core;
  const [source, target] = [tiers[from], tiers[to]];
  // By the block that a key is found by: an id may come twice, and two blocks may have one key.
  const chosen = new Map<number, number>();
  for (let i = 0; i < ids.length; i++) {
    const id = checkInteger("id", ids[i], 1, source.blocks);
    if (!source.keyOf(id, keys, 0)) throw new InvalidArgumentError(`invalid id: block ${id} has no key`);
    const found = source.find(keys, 0);
    if (target.find(keys, 0) === 0 && !chosen.has(found)) chosen.set(found, id);
  }
  const n = chosen.size;
  if (n === 0 || target.free < n) return 0;
  checkMoves(core, n);
  const at = newList(core, n);
  const ticket = newTicket(core, at, n, from, to);
  let end = at;
  for (const id of chosen.values()) {
    words[end] = id;
    words[end + 1] = to;
    source.touch(words, end, 1);
    end += ENTRY;
  }
  for (let e = at; e < end; e += ENTRY) {
    words[e + 2] = target.take();
    tellRemoved(core, to);
    addMove(core, OFFLOAD, from, words[e], to, words[e + 2], ticket, core.blockTokens);
  }
  return ticket;
}

/**
 * What a sequence that waits has in other tiers is begun to be copied to the device, up to `most` blocks, after the hits that are there. 0,
 * and nothing changed, where there is nothing, or no room.
 */
export function loadBlocks(core: Core, slot: number, most: number): Ticket | 0 {
  const { tiers, words, pool } = core;
  const first = keysAt(core, slot);
  const end = mostHits(core, slot);
  let [n, loads, inLine] = [0, 0, 0];
  let last = 0; // entries up to the last one that is loaded
  for (; n < end; n++) {
    const id = pool.find(words, first + KEY_WORDS * n);
    if (id !== 0) {
      if (pool.isCached(id)) inLine++;
      continue;
    }
    if (loads === most || tierOf(core, first + KEY_WORDS * n) === 0 || pool.free - inLine < loads + 1) break;
    loads++;
    last = n + 1;
  }
  if (loads === 0) return 0;
  checkMoves(core, loads);
  const at = newList(core, last);
  const ticket = newTicket(core, at, last, 0, 0);
  // Hits first, and sources: nothing that is evicted below is one of them.
  for (let i = 0; i < last; i++) {
    const e = at + ENTRY * i;
    const id = pool.find(words, first + KEY_WORDS * i);
    words[e] = id;
    words[e + 1] = words[e + 2] = 0;
    if (id !== 0) {
      pool.touch(words, e, 1);
      continue;
    }
    const tier = tierOf(core, first + KEY_WORDS * i);
    words[e + 1] = tier;
    words[e + 2] = tiers[tier].find(words, first + KEY_WORDS * i);
    tiers[tier].touch(words, e + 2, 1);
  }
  for (let i = 0; i < last; i++) {
    const e = at + ENTRY * i;
    if (words[e] !== 0) continue;
    words[e] = pool.take();
    tellRemoved(core, 0);
    addMove(core, LOAD, words[e + 1], words[e + 2], 0, words[e], ticket, core.blockTokens);
  }
  return ticket;
}

/** The first tier behind the device that has a key, or 0. */
function tierOf({ tiers, words }: Core, at: number): number {
  for (let tier = 1; tier < tiers.length; tier++) if (tiers[tier].find(words, at) !== 0) return tier;
  return 0;
}

/** The blocks of a ticket that are copied, of those that are. */
export function ticketMoves({ words }: Core, at: number, count: number): number {
  let n = 0;
  for (let e = at; e < at + ENTRY * count; e += ENTRY) if (words[e + 2] !== 0) n++;
  return n;
}

/**
 * The end of a ticket: the first `arrived` of its copies can be found from now on, the others' targets are empty again; all blocks are let
 * go of. After a reset none can be found. Throws `StaleHandleError`, `InvalidArgumentError`. O(blocks).
 */
export function endTicket(core: Core, ticket: Ticket, arrived: number | undefined): void {
  const { tickets, words, tiers, pool, heap } = core;
  const record = ticket as unknown as Record;
  if (!tickets.isLive(record)) throw new StaleHandleError(ticket);
  const slot = tickets.slot(record);
  const { at: ats, count: counts, epoch, from: froms, to: tos } = tickets.columns;
  const [at, count, from, to] = [ats[slot], counts[slot], froms[slot], tos[slot]];
  const copied = ticketMoves(core, at, count);
  let left = arrived === undefined ? copied : checkInteger("arrived", arrived, 0, copied);
  if (epoch[slot] !== words[EPOCH]) left = 0;
  dropMoves(core, ticket);
  const end = at + ENTRY * count;
  for (let e = at; e < end; e += ENTRY) {
    if (words[e + 2] === 0 || left-- <= 0) continue;
    if (to === 0) arrive(core, words[e + 1], words[e + 2], 0, words[e], e === at ? 0 : e - ENTRY);
    else arrive(core, from, words[e], to, words[e + 2], 0);
  }
  // The last one first, as everywhere: of a prefix the end goes before the beginning.
  for (let e = end - ENTRY; e >= at; e -= ENTRY) {
    (to === 0 ? pool : tiers[from]).release(words, e, 1);
    if (words[e + 2] !== 0) tiers[words[e + 1]].release(words, e + 2, 1);
  }
  heap.free(offsetOf(at));
  tickets.release(record);
}

/**
 * A copy is there: it has its source's key, if that has it still, and if no other copy came first, as two transfers may be of one key: the
 * second block is of no use, and is empty then. `before`: the entry of the block before it, or 0 where that is not known.
 */
function arrive(core: Core, from: number, source: number, to: number, target: number, before: number): void {
  if (!core.tiers[from].keyOf(source, keys, 0) || core.tiers[to].find(keys, 0) !== 0) return;
  const parent = before !== 0 && keyBefore(core, before) ? KEY_WORDS : -1;
  tellStored(core, to, target, keys, 0, parent);
  core.tiers[to].register(target, keys, 0);
}

/** The key of an entry of a load, behind the other one: that of its source, as its own block may have none. */
function keyBefore({ words, tiers, pool }: Core, e: number): boolean {
  return words[e + 2] === 0
    ? pool.keyOf(words[e], keys, KEY_WORDS)
    : tiers[words[e + 1]].keyOf(words[e + 2], keys, KEY_WORDS);
}
