/**
 * Slots: where the tokens of a sequence are written. The order within a call is vLLM's: hits are held first, so that nothing that the call
 * evicts is one of them; then what fell out of the window is let go, then new blocks are taken, then full ones get their keys.
 */
import { InvalidArgumentError } from "@ariax/allocator";
import { contextOf } from "./context.ts";
import type { Core } from "./core.ts";
import { SlotsMissingError } from "./errors.ts";
import { tellRemoved, tellStored } from "./events.ts";
import { hasKey } from "./hits.ts";
import { EPOCH, RUNNING } from "./layout.ts";
import { addMove, COPY, checkMoves } from "./moves.ts";
import { readKeys } from "./open-options.ts";
import { forgetPlan, isShared, makePlan, plan, type Refusal } from "./plan.ts";
import { blocksFor, fullBlocks, KEY_WORDS, keysAt, reserve, tailAt } from "./sequences.ts";
import { hold, letGo } from "./tenants.ts";

/** Why `allocateSlots` would return false; undefined where it would not. Changes nothing. Throws as it does. */
export function whyNot(core: Core, slot: number, newTokens: number, ahead: number): Refusal | undefined {
  const refusal = makePlan(core, slot, newTokens, ahead);
  forgetPlan(core, slot);
  checkTotal(core, slot);
  return refusal;
}

/** True where the sequence has slots for `newTokens` more; false, and nothing changed, where there are no blocks for them. */
export function takeSlots(core: Core, slot: number, newTokens: number, ahead: number): boolean {
  const refusal = makePlan(core, slot, newTokens, ahead);
  try {
    checkTotal(core, slot);
    if (refusal === undefined) reserve(core, slot, plan.entries, 0);
  } catch (error) {
    forgetPlan(core, slot);
    throw error;
  }
  if (refusal !== undefined) {
    forgetPlan(core, slot);
    if (refusal === "moves") checkMoves(core, 1);
    return false;
  }
  carryOut(core, slot);
  return true;
}

function checkTotal({ columns }: Core, slot: number): void {
  const length = columns.length[slot];
  if (plan.total <= length) return;
  throw new InvalidArgumentError(`invalid newTokens: slots for ${plan.total} tokens, but the sequence has ${length}`);
}

/** What was planned: from here on nothing fails. */
function carryOut(core: Core, slot: number): void {
  const { columns, words, pool, blockTokens, layout } = core;
  const at = columns.at[slot];
  const { entries, hits, from, drop, write, end, shared, total } = plan;
  let have = columns.have[slot];
  if (have === 0) {
    if (hits > from) pool.touch(words, at + from, hits - from);
    if (layout.tenants > 0) for (let i = from; i < hits; i++) hold(core, slot, i);
    columns.first[slot] = from;
    columns.hits[slot] = columns.registered[slot] = have = hits;
    columns.epoch[slot] = words[EPOCH];
    if (entries > 0) words[RUNNING]++;
  }
  if (drop > from) {
    leave(core, slot, from, drop);
    columns.first[slot] = drop;
  }
  if (shared > 0) replaceShared(core, slot, write, end);
  if (entries > have) {
    pool.tryAllocate(entries - have, words, at + have);
    tellRemoved(core, 0);
    if (layout.tenants > 0) for (let i = have; i < entries; i++) hold(core, slot, i);
  }
  columns.have[slot] = entries;
  columns.scheduled[slot] = total;
  // The next token's block, if that has begun, was looked at. But a window moves with each token: none is written unlooked at then. And
  // where tokens have no slots yet, none is to be appended behind them.
  const isLooked = layout.window === 0 && total % blockTokens !== 0 && total === columns.length[slot];
  columns.until[slot] = isLooked ? tokensUntil(core, slot, total) : 0;
  columns.origin[slot] = tailAt(core, slot) - columns.hashed[slot] * blockTokens;
  registerFull(core, slot);
}

/** The end of a token's block, or of the room for tokens before it. */
function tokensUntil({ columns, blockTokens }: Core, slot: number, token: number): number {
  const end = blocksFor(token, blockTokens) * blockTokens;
  return columns.given[slot] === 1 ? end : Math.min(end, columns.hashed[slot] * blockTokens + columns.tailRoom[slot]);
}

/** Entries `from` to `to` are let go of, the last one first, and are 0. */
export function leave(core: Core, slot: number, from: number, to: number): void {
  const { columns, words, pool, layout } = core;
  const at = columns.at[slot];
  if (layout.tenants > 0) for (let i = from; i < to; i++) letGo(core, slot, i);
  pool.release(words, at + from, to - from);
  words.fill(0, at + from, at + to);
}

/** Entries that are to be written, but that someone else has too, or that can be found: they get blocks of their own. */
function replaceShared(core: Core, slot: number, write: number, end: number): void {
  const { columns, words, pool, blockTokens } = core;
  const at = columns.at[slot];
  const kept = columns.scheduled[slot] % blockTokens;
  for (let i = write; i < end; i++) {
    const old = words[at + i];
    if (!isShared(core, old)) continue;
    const fresh = pool.take();
    tellRemoved(core, 0);
    if (i === write && kept > 0) addMove(core, COPY, 0, old, 0, fresh, 0, kept);
    letGo(core, slot, i);
    pool.release(words, at + i, 1);
    words[at + i] = fresh;
    hold(core, slot, i);
  }
}

/** Full blocks of committed tokens that have slots can be found from now on; none, if the pager was reset since it has the first of them. */
export function registerFull(core: Core, slot: number): void {
  const { columns, words, pool, blockTokens } = core;
  if (columns.epoch[slot] !== words[EPOCH]) return;
  const full = fullBlocks(Math.min(columns.scheduled[slot], columns.committed[slot]), blockTokens);
  const to = Math.min(full, columns.hashed[slot]);
  const from = columns.registered[slot];
  if (to <= from) return;
  const at = columns.at[slot];
  const keys = keysAt(core, slot);
  const priority = columns.priority[slot];
  const term = columns.term[slot];
  // One that lasts longer than the clock can is for ever.
  const until = term > 0 && term <= Number.MAX_SAFE_INTEGER - pool.step ? pool.step + term : undefined;
  for (let i = from; i < to; i++) {
    const id = words[at + i];
    // Out of the window, or a fork has registered it.
    if (id === 0 || hasKey(core, id)) continue;
    const key = keys + KEY_WORDS * i;
    tellStored(core, 0, id, words, key, i === 0 ? -1 : key - KEY_WORDS);
    pool.register(id, words, key);
    if (priority > 0) pool.setPriority(id, priority, until);
  }
  columns.registered[slot] = to;
}

/** One more token, not committed, with its slot: false, and nothing changed, where there is no block for it. O(1). */
export function appendToken(core: Core, slot: number, token: number): boolean {
  const { columns, words } = core;
  const length = columns.length[slot];
  if (length >= columns.until[slot]) return appendOther(core, slot, token);
  if (columns.given[slot] === 0) words[columns.origin[slot] + length] = token;
  columns.length[slot] = length + 1;
  columns.scheduled[slot] = length + 1;
  return true;
}

/** The same where the block is a new one, or has to be looked at. */
function appendOther(core: Core, slot: number, token: number): boolean {
  const { columns, words, blockTokens } = core;
  const length = columns.length[slot];
  if (columns.scheduled[slot] !== length) throw new SlotsMissingError(columns.scheduled[slot], length);
  const refusal = makePlan(core, slot, 1, 0);
  if (refusal === "moves") checkMoves(core, 1);
  if (refusal !== undefined) return false;
  const hasTail = columns.given[slot] === 0;
  const tail = hasTail ? length - columns.hashed[slot] * blockTokens : 0;
  reserve(core, slot, plan.entries, hasTail ? tail + 1 : 0);
  if (hasTail) words[tailAt(core, slot) + tail] = token;
  columns.length[slot] = length + 1;
  carryOut(core, slot);
  return true;
}

/** The first `n` tokens that are not committed are certain: blocks that they fill can be found. O(1), and a hash for each block filled. */
export function commitTokens(core: Core, slot: number, n: number): void {
  const { columns, blockTokens } = core;
  const committed = columns.committed[slot] + n;
  // No more full blocks than before?
  const isGiven = columns.given[slot] === 1;
  const full = isGiven ? columns.registered[slot] : columns.hashed[slot];
  if (committed < (full + 1) * blockTokens) {
    columns.committed[slot] = committed;
    return;
  }
  if (!isGiven) hashFull(core, slot, full, fullBlocks(committed, blockTokens));
  columns.committed[slot] = committed;
  if (columns.have[slot] > 0) registerFull(core, slot);
}

/** The keys of blocks `from` to `to`, whose tokens are kept; they are not kept any more. */
function hashFull(core: Core, slot: number, from: number, to: number): void {
  const { columns, words, blockTokens, keys } = core;
  const context = contextOf(core, slot);
  const tokens = tailAt(core, slot);
  const first = keysAt(core, slot);
  for (let i = from; i < to; i++) {
    const key = first + KEY_WORDS * i;
    keys.next(context, i, words, Math.max(key - KEY_WORDS, 0), words, tokens + (i - from) * blockTokens, words, key);
  }
  const used = columns.length[slot] - from * blockTokens;
  words.copyWithin(tokens, tokens + (to - from) * blockTokens, tokens + used);
  columns.hashed[slot] = to;
  columns.origin[slot] = tokens - to * blockTokens;
}

/** The last `n` tokens, none of them committed, are gone. Their slots stay, and are written next. O(1). */
export function rewindTokens(core: Core, slot: number, n: number): void {
  const { columns } = core;
  if (n === 0) return;
  const length = columns.length[slot] - n;
  columns.length[slot] = length;
  if (columns.scheduled[slot] > length) columns.scheduled[slot] = length;
  columns.until[slot] = 0; // the block may be full, shared, even known by a key
}

/** More keys of a sequence that was opened with keys. Throws `InvalidArgumentError`, `OutOfMemoryError`. O(keys). */
export function addGivenKeys(core: Core, slot: number, keys: Int32Array | Uint32Array): void {
  const { columns, words, blockTokens } = core;
  if (columns.given[slot] === 0) throw new InvalidArgumentError("invalid sequence: its keys are made from its tokens");
  const known = columns.hashed[slot];
  const more = readKeys(keys, fullBlocks(columns.committed[slot], blockTokens) - known);
  const n = more.length / KEY_WORDS;
  reserve(core, slot, known + n, 0);
  words.set(more, keysAt(core, slot) + KEY_WORDS * known);
  columns.hashed[slot] = known + n;
  if (columns.have[slot] > 0) registerFull(core, slot);
}
