import { InvalidArgumentError, StaleHandleError } from "@ariax/allocator";
import {
  checkBoolean,
  checkBuffer,
  checkInteger,
  isRevoked,
  present,
  readOptions,
  show,
} from "@ariax/allocator/implement";
import type { KeyMaker } from "../keys/keys.ts";
import type { BlockPool } from "../pool/block-pool.ts";
import { isIndex } from "../pool/check.ts";
import { copyBytes, copyOf } from "../pool/snapshot.ts";
import { MOST_TOKENS, readIds, slotOf, tierOf } from "./arguments.ts";
import { attachCore, type Core, checkThere } from "./core.ts";
import { newCore } from "./create.ts";
import { KvEvents, tellCleared } from "./events.ts";
import { findHits } from "./hits.ts";
import { EPOCH, layOut, MOVES } from "./layout.ts";
import {
  type Cost,
  checkComputed,
  closeSequence,
  costOf,
  emptySequence,
  forkSequence,
  openSequence,
} from "./lifecycle.ts";
import { drainMoves, type EachMove, listMoves, type Move } from "./moves.ts";
import { checkToken, checkWords, type OpenOptions, readOpenOptions } from "./open-options.ts";
import { type KvPagerOptions, readPagerOptions } from "./options.ts";
import type { Refusal } from "./plan.ts";
import { SAID } from "./present.ts";
import type { Sequence } from "./sequences.ts";
import { addGivenKeys, appendToken, commitTokens, rewindTokens, takeSlots, whyNot } from "./slots.ts";
import { type KvPagerStats, statsOf } from "./stats.ts";
import { chargeOf, checkTenant, findTenant, setQuota, tenantOf } from "./tenants.ts";
import { endTicket, findRuns, loadBlocks, offloadBlocks, type Ticket } from "./tiers.ts";
import { verifyPager } from "./verify.ts";

/** Given to the constructor by `attach` only. */
const CONTINUE: unique symbol = Symbol("continue");

export interface KvAttachOptions {
  /** Who makes keys, where the pager was made with one. */
  readonly keys?: KeyMaker | undefined;
}

export interface KvRestoreOptions extends KvAttachOptions {
  /** Memory that other threads can see. */
  readonly shared?: boolean | undefined;
}

/**
 * The books of a key/value cache: which sequence has which blocks, what is cached, and what the engine is to copy. See `index.ts` for the
 * words, and the README for a whole program.
 *
 *     open ──▶ waits ── allocateSlots ──▶ runs ── append, commit, rewind ──▶ close
 *                ▲                          │
 *                └──────── preempt ─────────┘            fork: one more that runs, over the same blocks
 *
 * A verb that returns false, or throws, has changed nothing. Verbs that scheduling calls for each token or block make no garbage. All state is
 * in `buffer`; one thread at a time may use it. Wrong arguments throw `InvalidArgumentError`, a closed sequence `StaleHandleError`, a buffer that was
 * transferred away `DetachedError`.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `DetachedError` once the memory is gone.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 * @throws `StaleHandleError` for a handle that is not live.
 */
export class KvPager {
  /** Blocks of the device. */
  declare readonly blocks: number;
  /** Tokens of a block. */
  declare readonly blockTokens: number;
  /** Names of the tiers: `device`, and those behind it. */
  declare readonly tiers: readonly string[];
  /** All of the pager's state. */
  declare readonly buffer: ArrayBufferLike;
  declare readonly byteLength: number;
  /** What became known, and what was forgotten: see `KvEvents`. */
  declare readonly events: KvEvents;
  /** A frozen object, which no proxy looks into. */
  declare private readonly core: Core;

  /**
   * O(blocks).
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `HostMemoryError` where the host has no such memory.
   */
  constructor(options: KvPagerOptions) {
    present(this, SAID);
    const made = isRevoked(options) ? undefined : (options as { readonly [CONTINUE]?: Core } | undefined)?.[CONTINUE];
    const core = made ?? newCore(options);
    this.blocks = core.layout.tiers[0].blocks;
    this.blockTokens = core.blockTokens;
    this.tiers = Object.freeze(core.layout.tiers.map(({ name }) => name));
    this.buffer = core.buffer;
    this.byteLength = core.layout.byteLength;
    this.events = new KvEvents(core);
    this.core = core;
  }

  /** The bytes that a pager with these options takes. */
  static byteLength(options: KvPagerOptions): number {
    return layOut(readPagerOptions(options).shape).byteLength;
  }

  /**
   * The pager that lies in `buffer`, which another thread made and uses no more, or uses in turn. O(blocks).
   *
   * @throws `CorruptionError` where there is none, a truncated or a damaged one.
   * @throws `InvalidArgumentError` where it was made with `keys`, and they are not given.
   */
  static attach(buffer: ArrayBufferLike, options: KvAttachOptions = {}): KvPager {
    const { keys } = readOptions(options, ["keys"]);
    const core = attachCore(checkBuffer(buffer), keys);
    verifyPager(core);
    return new KvPager({ [CONTINUE]: core } as unknown as KvPagerOptions);
  }

  /**
   * A pager of its own that begins where the one stood that `snapshot` was made of. Throws as `attach`. O(bytes).
   *
   * @throws `InvalidBlockError` for a block that is not live.
   */
  static restore(snapshot: Uint8Array, options: KvRestoreOptions = {}): KvPager {
    const { keys, shared = false } = readOptions(options, ["keys", "shared"]);
    return KvPager.attach(copyOf(snapshot, checkBoolean("shared", shared)), { keys });
  }

  /** Blocks of the device that can be taken: those that hold nothing, and cached ones. O(1). */
  get free(): number {
    return this.there().pool.free;
  }

  /** Blocks of the device that sequences, transfers and pins have. O(1). */
  get used(): number {
    return this.there().pool.used;
  }

  /** How often the pager was reset, and 1. O(1). */
  get epoch(): number {
    return this.there().words[EPOCH];
  }

  /** The clock of terms, in steps: `advance` is what moves it. O(1). */
  get step(): number {
    return this.there().pool.step;
  }

  /** Moves that wait for the engine. O(1). */
  get pendingMoves(): number {
    return this.there().words[MOVES];
  }

  /** Handles of all sequences that are open, by slot. O(sequences). */
  sequences(): Sequence[] {
    return [...this.there().sequences] as unknown as Sequence[];
  }

  /** All transfers in flight. O(tickets). */
  tickets(): Ticket[] {
    return [...this.there().tickets] as unknown as Ticket[];
  }

  /**
   * A sequence, with its prompt as tokens, or as keys that were made elsewhere; it waits, and has no block. O(tokens): a hash a block.
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `PoolExhaustedError` where `sequences` are open, or for one tenant too many.
   * @throws `OutOfMemoryError` where its table does not fit `tableBytes`.
   */
  open(options: OpenOptions): Sequence {
    const core = this.there();
    return openSequence(core, readOpenOptions(core, options));
  }

  /**
   * Tokens that need not be computed. Of a sequence that waits: those cached on the device, whole blocks, at most all but one. Of one that runs: all
   * that have slots. Changes nothing. O(blocks), of one that runs O(1).
   */
  computed(sequence: Sequence): number {
    const core = this.there();
    const slot = slotOf(core, sequence);
    if (core.columns.have[slot] > 0) return core.columns.scheduled[slot];
    return findHits(core, slot, false) * core.blockTokens;
  }

  /**
   * Where the sequence's prefix is, over all tiers: pairs of a tier's number and how many blocks it has, consecutive from the first block on,
   * to `out`, as many as fit; returns how many pairs. `load` brings to the device what is not there. O(blocks · tiers).
   */
  runs(sequence: Sequence, out: Int32Array): number {
    const core = this.there();
    checkWords("out", out);
    return findRuns(core, slotOf(core, sequence), out);
  }

  /**
   * Slots for the next `newTokens` of the sequence's tokens, and `lookahead` more that are to be appended. A sequence that waits first gets
   * the blocks that are cached: `newTokens` come after what `computed` has just said, and it runs from now on. Full blocks of committed tokens
   * can be found at once, also by others in the same batch.
   *
   * With a `window`, blocks that none of the tokens to come sees are let go of, and are 0 in the table. What had slots before the call is taken
   * as computed. So call it once a sequence and step: slots for more, or appended behind a chunk that the model has yet to see, may let go of
   * blocks that it was to write.
   *
   * False, and nothing changed, where blocks are missing, beside the watermark if the sequence is admitted while others run, or where the
   * tenant's quota is used up: `refusal` says which. O(blocks of the call).
   *
   * @throws `InvalidArgumentError` for more tokens than there are.
   * @throws `PoolExhaustedError` where a copy is needed and the list of moves is full.
   * @throws `OutOfMemoryError` where there is no room.
   */
  allocateSlots(sequence: Sequence, newTokens: number, lookahead = 0): boolean {
    const core = this.there();
    const slot = slotOf(core, sequence);
    checkInteger("newTokens", newTokens, 0, MOST_TOKENS);
    if (lookahead !== 0) checkInteger("lookahead", lookahead, 0, MOST_TOKENS);
    return takeSlots(core, slot, newTokens, lookahead);
  }

  /**
   * Why `allocateSlots` would refuse the same arguments, or undefined where it would not. Changes nothing; throws as it does. O(blocks of the
   * call).
   */
  refusal(sequence: Sequence, newTokens: number, lookahead = 0): Refusal | undefined {
    const core = this.there();
    if (sequence === undefined) {
      throw new InvalidArgumentError("invalid sequence: undefined; refusal needs the arguments that allocateSlots had");
    }
    const slot = slotOf(core, sequence);
    checkInteger("newTokens", newTokens, 0, MOST_TOKENS);
    checkInteger("lookahead", lookahead, 0, MOST_TOKENS);
    return whyNot(core, slot, newTokens, lookahead);
  }

  /**
   * One more token, with its slot: it is speculative until `commit`. Of a sequence with keys the token itself need not be given. False, and
   * nothing changed, where it needs a block and none is there: `refusal(sequence, 0, 1)` says which. O(1).
   *
   * With a `window`, blocks that the committed tokens before it have left behind are let go of, as at `allocateSlots`: see there.
   *
   * @throws `InvalidArgumentError` for what is no token, or none, of a sequence with tokens.
   * @throws `SlotsMissingError` where tokens before it have no slots, and as `allocateSlots`.
   * @throws `PoolExhaustedError`, `OutOfMemoryError` as `allocateSlots`.
   */
  append(sequence: Sequence, token?: number): boolean {
    const core = this.there();
    const slot = slotOf(core, sequence);
    if (typeof token !== "number" || (token | 0) !== token) {
      token = token === undefined && core.columns.given[slot] === 1 ? 0 : checkToken(token as number);
    }
    return appendToken(core, slot, token);
  }

  /**
   * The first `n` speculative tokens, by default all, are certain: full blocks of them can be found. O(1), and a hash for each block that they
   * fill.
   *
   * @throws `InvalidArgumentError` where there are fewer.
   */
  commit(sequence: Sequence, n?: number): void {
    const core = this.there();
    const slot = slotOf(core, sequence);
    const most = core.columns.length[slot] - core.columns.committed[slot];
    if (n === undefined) n = most;
    else if (!(isIndex(n) && n <= most)) checkInteger("n", n, 0, most);
    commitTokens(core, slot, n);
  }

  /**
   * The last `n` speculative tokens, by default all, are gone. Their slots stay with the sequence, and are written next. O(1).
   *
   * @throws `InvalidArgumentError` where there are fewer.
   */
  rewind(sequence: Sequence, n?: number): void {
    const core = this.there();
    const slot = slotOf(core, sequence);
    const most = core.columns.length[slot] - core.columns.committed[slot];
    rewindTokens(core, slot, n === undefined ? most : checkInteger("n", n, 0, most));
  }

  /**
   * More keys of a sequence that was opened with keys: 8 words for each of the next full blocks of committed tokens. O(keys).
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `OutOfMemoryError` where there is no room.
   */
  addKeys(sequence: Sequence, keys: Int32Array | Uint32Array): void {
    const core = this.there();
    const slot = slotOf(core, sequence);
    addGivenKeys(core, slot, keys);
  }

  /**
   * Another sequence with the same tokens, that has the same blocks: what either appends goes to blocks of its own, and the engine copies what
   * is in them (`moves`). O(blocks).
   *
   * @throws `PoolExhaustedError` where none is free.
   * @throws `OutOfMemoryError` where there is no room.
   */
  fork(sequence: Sequence): Sequence {
    const core = this.there();
    return forkSequence(core, slotOf(core, sequence));
  }

  /**
   * Ends a sequence. Its full blocks stay cached, until someone needs the room, the last one first. `computed`: how many of its tokens were
   * computed, where a step failed and not all were that have slots: blocks with others can be found no more. O(blocks).
   *
   * @throws `StaleHandleError` where it is closed already.
   * @throws `InvalidArgumentError` for a wrong argument or option.
   */
  close(sequence: Sequence, computed?: number): void {
    const core = this.there();
    if (!core.sequences.isLive(sequence as never)) {
      throw new StaleHandleError(sequence, `sequence ${show(sequence)} is not open`);
    }
    const slot = slotOf(core, sequence);
    closeSequence(core, sequence, slot, checkComputed(core, slot, computed));
  }

  /** What preempting a sequence would cost now. Changes nothing. O(blocks). */
  cost(sequence: Sequence): Cost {
    const core = this.there();
    return costOf(core, slotOf(core, sequence));
  }

  /**
   * Takes all blocks from a sequence; it waits, and its tokens that are committed are kept. Full blocks stay cached, and so are hits as long as
   * nobody needs the room. Returns what `cost` would have. `computed` as of `close`. O(blocks).
   *
   * @throws `DoubleFreeError` for what was freed already.
   */
  preempt(sequence: Sequence, computed?: number): Cost {
    const core = this.there();
    const slot = slotOf(core, sequence);
    const most = checkComputed(core, slot, computed);
    const cost = costOf(core, slot);
    emptySequence(core, slot, most);
    return cost;
  }

  /**
   * The blocks of a sequence, in order; 0 where one is out of the window. A view of what is there now: it is of no use any more once the
   * sequence has changed, and must not be written. O(1); `readTable` makes no object.
   */
  table(sequence: Sequence): Int32Array {
    const core = this.there();
    const slot = slotOf(core, sequence);
    const { words, columns } = core;
    return words.subarray(columns.at[slot], columns.at[slot] + columns.have[slot]);
  }

  /** Copies entries of the table from `from` on to `out`, from `at` on, as many as fit; returns how many. O(those). */
  readTable(sequence: Sequence, out: Int32Array, at = 0, from = 0): number {
    const core = this.there();
    const slot = slotOf(core, sequence);
    checkInteger("at", at, 0, checkWords("out", out).length);
    const { words, columns } = core;
    const have = columns.have[slot];
    const n = Math.min(have - checkInteger("from", from, 0, have), out.length - at);
    const first = columns.at[slot] + from;
    for (let i = 0; i < n; i++) out[at + i] = words[first + i];
    return n;
  }

  /** Tokens of a sequence, speculative ones included. O(1). */
  length(sequence: Sequence): number {
    const core = this.there();
    return core.columns.length[slotOf(core, sequence)];
  }

  /** Tokens of a sequence that are certain. O(1). */
  committed(sequence: Sequence): number {
    const core = this.there();
    return core.columns.committed[slotOf(core, sequence)];
  }

  /**
   * Gives each move to `each`, the oldest first: the engine copies them in that order, before it writes what is computed next. A move is
   * taken once `each` has returned; returns how many were. Without `each` all are taken, and returned as objects. O(moves).
   */
  moves(each: EachMove): number;
  moves(): Move[];
  moves(each?: EachMove): number | Move[] {
    const core = this.there();
    if (each === undefined) return listMoves(core);
    if (typeof each !== "function") throw new InvalidArgumentError("invalid each: it is no function");
    return drainMoves(core, each);
  }

  /**
   * Begins to copy blocks that have keys from a tier, by default the device, to another one: one block for each key that is not there yet, also where
   * an id comes twice. Both ends are kept until `done`, `failed` or `expire`. Returns a ticket, or 0, and nothing changed, where all are there,
   * or there is no room for them.
   * O(blocks).
   *
   * @throws `InvalidArgumentError` for a block without a key.
   * @throws `PoolExhaustedError` where tickets or moves are used up.
   * @throws `OutOfMemoryError` where there is no room.
   */
  offload(ids: ArrayLike<number>, to: string | number = 1, from: string | number = 0): Ticket | 0 {
    const core = this.there();
    const target = tierOf(core, to, 1);
    const source = tierOf(core, from, 0);
    if (target === source) throw new InvalidArgumentError(`invalid tier: from ${source} to itself`);
    return offloadBlocks(core, readIds(ids, core.tiers[source].blocks), source, target);
  }

  /**
   * Begins to copy to the device what a sequence that waits has in other tiers, up to `most` blocks, by default all. The hits before them are
   * kept too, until `done`, `failed` or `expire`; after it `allocateSlots` finds them. Returns a ticket, or 0, and nothing changed, where there
   * is nothing to be copied, or no room. O(blocks · tiers).
   *
   * @throws `PoolExhaustedError` where none is free.
   * @throws `OutOfMemoryError` where there is no room.
   */
  load(sequence: Sequence, most: number = MOST_TOKENS): Ticket | 0 {
    const core = this.there();
    const slot = slotOf(core, sequence);
    checkInteger("most", most, 0, MOST_TOKENS);
    return core.columns.have[slot] > 0 ? 0 : loadBlocks(core, slot, most);
  }

  /**
   * The copies of a ticket are there, or the first `arrived` of them, in the order of their moves: those can be found. The other targets hold
   * nothing. O(blocks).
   *
   * @throws `StaleHandleError` for a ticket that is over.
   * @throws `InvalidArgumentError` for a wrong argument or option.
   */
  done(ticket: Ticket, arrived?: number): void {
    endTicket(this.there(), ticket, arrived);
  }

  /**
   * The copies of a ticket failed: none can be found, and no block is lost. O(blocks).
   *
   * @throws `StaleHandleError` for a handle that is not live.
   */
  failed(ticket: Ticket): void {
    endTicket(this.there(), ticket, 0);
  }

  /**
   * The same of a ticket of which nothing was heard any more: the engine must not write to its targets from now on. O(blocks).
   *
   * @throws `DoubleFreeError` for what was freed already.
   * @throws `InvalidFreeError` for what is no block.
   */
  expire(ticket: Ticket): void {
    endTicket(this.there(), ticket, 0);
  }

  /**
   * How many blocks a tenant may be charged for; undefined: as many as there are. Less than it has is fine: it gets no more, and goes on in the
   * blocks that it has. O(1).
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `PoolExhaustedError` for one tenant too many.
   */
  quota(tenant: string, blocks: number | undefined): void {
    const core = this.there();
    checkTenant(core, tenant);
    if (blocks !== undefined) checkInteger("blocks", blocks, 0, MOST_TOKENS);
    setQuota(core, tenantOf(core, tenant), blocks);
  }

  /** Blocks that a tenant is charged for: those that its sequences have had for longer than any other's. O(1). */
  charged(tenant: string): number {
    const core = this.there();
    const found = findTenant(core, tenant);
    return found < 0 ? 0 : chargeOf(core, found);
  }

  /**
   * Holds a block of the device, which is in use or cached: see `BlockPool.pin`. O(1).
   *
   * @throws `PinLimitError` for a block more than the limit.
   * @throws `InvalidArgumentError` for a wrong argument or option.
   */
  pin(id: number): void {
    this.there().pool.pin(id);
  }

  /** Takes a pin back. O(1), or as `BlockPool.unpin` says. */
  unpin(id: number): void {
    this.there().pool.unpin(id);
  }

  /** The clock of terms goes on, of all tiers; returns the step. O(terms that end). */
  advance(steps = 1): number {
    const core = this.there();
    checkInteger("steps", steps, 0, Number.MAX_SAFE_INTEGER - core.pool.step);
    for (const pool of core.tiers) pool.advance(steps);
    return core.pool.step;
  }

  /**
   * Forgets all that is cached, in all tiers, also while sequences run: they keep their blocks, of which none is ever found, nor what they compute from
   * now on. For new weights. One event says so. Returns the new epoch. O(blocks / 32).
   */
  reset(): number {
    const core = this.there();
    for (const pool of core.tiers) pool.reset();
    core.words[EPOCH]++;
    tellCleared(core);
    return core.words[EPOCH];
  }

  /** A tier's pool, to be read: writing to it breaks the pager. */
  pool(tier: string | number = 0): BlockPool {
    const core = this.there();
    return core.tiers[tierOf(core, tier, 0)];
  }

  stats(): KvPagerStats {
    return statsOf(this.there());
  }

  /**
   * Walks every invariant. O(blocks + entries of tables).
   *
   * @throws `CorruptionError` naming the first broken one.
   */
  verify(): void {
    verifyPager(this.there());
  }

  /** A copy of the whole pager, for `restore`. Its seed is in it. O(bytes). */
  snapshot(): Uint8Array {
    const { buffer, layout } = this.there();
    return copyBytes(buffer, 0, layout.byteLength);
  }

  private there(): Core {
    const { core } = this;
    if (core.words.length === 0) checkThere(core);
    return core;
  }
}
