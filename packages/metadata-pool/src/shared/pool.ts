import {
  ClosedError,
  InvalidArgumentError,
  LaneLostError,
  PoolExhaustedError,
  StaleHandleError,
  type WatchedWorker,
} from "@ariax/allocator";
import {
  checkCallback,
  checkInteger,
  counted,
  newBuffer,
  readOptions,
  type Words,
  whenEnded,
} from "@ariax/allocator/implement";
import { AtomicBitSet, BitSet } from "@ariax/bitset";
import type { Schema } from "../fields.ts";
import { type Handle, handleBits } from "../handle.ts";
import { checkPlace, type PoolStats } from "../options.ts";
import { Records } from "../records.ts";
import {
  byOf,
  DRAWN,
  drawTicket,
  enterLane,
  FREE,
  LIVE,
  laneWord,
  loadLane,
  readTicket,
  serialOf,
  stateOf,
  stepLane,
  ticketOf,
} from "./lanes.ts";
import { LANES, layOutShared, readSharedLayout, type SharedLayout, writeHeader } from "./layout.ts";
import { readSharedOptions, type SharedAttachOptions, type SharedPoolOptions } from "./options.ts";
import { reclaimTicket } from "./reclaim.ts";
import { acquireHinted, countSlots, handleOf, liveWord, releaseOther, rename, type SharedSlots } from "./slots.ts";
import { verifyShared } from "./verify.ts";

const DEFAULT_CAPACITY = 10_000;

const WORDS: Words<SharedMetadataPool> = {
  name: () => "SharedMetadataPool",
  parts: (it) => [counted(it.capacity, "record"), `${it.size} live`, `${it.retired} retired`],
  what: "a pool",
  send: "post pool.buffer and pool.ticket(), and call SharedMetadataPool.attach(buffer, { fields, ticket }) there",
};
/** The most that 4 bits name, beside none and nobody. */
const DEFAULT_LANES = 14;

/** What `reclaim` can be given. */
export interface ReclaimOptions<F extends Schema> {
  /** Is a dead thread's record still known to somebody? Those it says true of are the caller's then. Default: none is. */
  readonly keep?: ((handle: Handle<F>) => boolean) | undefined;
}

/** Given to the constructor by `attach` only. */
const CONTINUE: unique symbol = Symbol("continue");

/** How many slots a thread remembers that it released: where it looks first. */
const RECENT = 64;
/** Where, behind them, it remembers that it closed the pool. */
const CLOSED = RECENT + 1;

interface Internal {
  readonly [CONTINUE]?: { readonly layout: SharedLayout; readonly ticket: number };
}

/**
 * A `MetadataPool` that many threads operate at once: each acquires and releases as it likes, no matter who acquired what. No lock, nothing
 * waits, and a thread may be killed anywhere: what it had is found by its name.
 *
 * An acquire takes effect by one compare-exchange, which writes the thread's lane into the slot's word; a release by one, which ends the life
 * that the handle says. So of two that want the same, one gets it, and a slot says by itself who has it. All else are hints: a set of
 * slots that may be free, and, for each thread, the slots that it released last.
 *
 * Which accesses are plain, and why that does no harm:
 *
 *     a slot's word, before its    an old value makes that fail. Where one keeps it from being tried, the word is loaded again,
 *     compare-exchange             atomically; but not of a slot that was released lately: it has a hint, too
 *     a slot's word, of `isLive`   where it says live, the record was so a moment ago; where not, it is loaded again, atomically
 *     the own lane's word          the thread learns later that it was reclaimed although it lives
 *     the columns                  are the program's: an acquire sees all that was done before the release of the same slot
 *
 * As in `MetadataPool`, `this` may be a proxy: what is read of it is read before anything is written.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `DetachedError` once the memory is gone.
 * @throws `TicketError` for a ticket that is in use, or over.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 * @throws `ClosedError` once this thread has closed it.
 * @throws `LaneLostError` once its lane was reclaimed.
 * @throws `StaleHandleError` for a handle that is not live.
 */
export class SharedMetadataPool<const F extends Schema = Record<never, never>> extends Records<F> {
  /** Threads at once. */
  declare readonly lanes: number;
  /** This thread's own ticket: what others reclaim it by. */
  declare readonly self: number;
  declare private readonly layout: SharedLayout;
  /** Of the pool the slots. */
  declare private readonly table: Int32Array;
  declare private readonly hints: AtomicBitSet;
  declare private readonly slots: SharedSlots;
  /** 2^indexBits, and the bits below it. */
  declare private readonly span: number;
  declare private readonly mask: number;
  declare private readonly firstLife: number;
  declare private readonly laneBits: number;
  declare private readonly laneMask: number;
  declare private readonly retiredWord: number;
  /** This thread's lane, the index of its word, and what that is as long as the lane is this thread's. */
  declare private readonly lane: number;
  declare private readonly laneAt: number;
  declare private readonly alive: number;
  /** This thread's memory: how many slots it released last, these, and whether it closed the pool. */
  declare private readonly recent: Int32Array;
  /** By ticket, what ends the watch of a worker that lives. */
  declare private readonly watched: Map<number, () => void>;

  /**
   * A new pool, over a `SharedArrayBuffer` of its own where no `buffer` is given. The thread that makes it has a lane. O(capacity / 32), and
   * what is in `buffer` is cleared.
   *
   * @throws `HostMemoryError` where the host has no memory for it.
   * @throws `UnsupportedError` where the host has no such memory.
   */
  constructor(options: SharedPoolOptions<F> = {}) {
    const given: SharedPoolOptions<F> & Internal = readSharedOptions(options, [CONTINUE]);
    const { fields = {}, capacity = DEFAULT_CAPACITY, lanes = DEFAULT_LANES, byteOffset = 0 } = given;
    const old = given[CONTINUE];
    const layout = old?.layout ?? layOutShared(fields, capacity, lanes, given.generationBits, given.firstLife);
    const { buffer = newBuffer(layout.byteLength, true) } = given;
    super(WORDS, layout, buffer, byteOffset);
    const { span, lives } = handleBits(layout.capacity, layout.generationBits);
    const { firstLife, laneBits } = layout;
    this.lanes = layout.lanes;
    this.layout = layout;
    this.table = new Int32Array(buffer, byteOffset + 4 * layout.slots, layout.capacity);
    this.span = span;
    this.mask = span - 1;
    this.firstLife = firstLife;
    this.laneBits = laneBits;
    this.laneMask = 2 ** laneBits - 1;
    this.retiredWord = ((lives + 1 - firstLife) << laneBits) | 0;
    this.recent = new Int32Array(RECENT + 2);
    this.watched = new Map();
    const { words, table, laneMask, retiredWord: retired } = this;
    if (old === undefined) {
      // Fresh memory is zero already.
      if (given.buffer !== undefined) words.fill(0);
      BitSet.over(words, layout.hints, layout.capacity).setAll();
    }
    this.hints = AtomicBitSet.over(words, layout.hints, layout.capacity);
    const nobody = layout.lanes + 1;
    const { hints } = this;
    this.slots = { words, table, hints, lanes: layout.lanes, laneBits, laneMask, span, firstLife, retired, nobody };
    if (old === undefined) {
      words[LANES + 1] = laneWord(this.slots, 1, 0, LIVE);
      writeHeader(words, layout);
    }
    // All that can throw is done: this is the step by which a thread that attaches enters.
    this.self = old?.ticket ?? ticketOf(this.slots, 1, 1);
    this.lane = old === undefined ? 1 : enterLane(this.slots, old.ticket);
    this.laneAt = LANES + this.lane;
    this.alive = laneWord(this.slots, readTicket(this.slots, this.self).serial, 0, LIVE);
  }

  /** The bytes that a pool with these options takes. */
  static byteLength<const F extends Schema>(options: SharedPoolOptions<F> = {}): number {
    const {
      fields = {},
      capacity = DEFAULT_CAPACITY,
      lanes = DEFAULT_LANES,
      generationBits,
    } = readSharedOptions(options);
    return layOutShared(fields, capacity, lanes, generationBits).byteLength;
  }

  /**
   * The pool that another thread made in `buffer`, for this one, whose `ticket` it drew. O(fields).
   *
   * @throws `TicketError` where the ticket is in use or over.
   * @throws `InvalidArgumentError` where it was never drawn or the pool has other fields.
   * @throws `CorruptionError` where there is no pool.
   */
  static attach<const F extends Schema = Record<never, never>>(
    buffer: ArrayBufferLike,
    options: SharedAttachOptions<F>,
  ): SharedMetadataPool<F> {
    const { fields = {} as F, byteOffset = 0, ticket } = readOptions(options, ["fields", "byteOffset", "ticket"]);
    checkPlace(buffer, byteOffset, 0);
    if (ticket === undefined) throw new InvalidArgumentError("invalid ticket: none is given, pool.ticket() draws one");
    const layout = readSharedLayout(buffer, byteOffset, fields);
    const found: SharedPoolOptions<F> & Internal = { buffer, byteOffset, fields, [CONTINUE]: { layout, ticket } };
    return new SharedMetadataPool<F>(found);
  }

  /** Records in use; while others work, each was when it was looked at. O(capacity). */
  get size(): number {
    this.checkAttached();
    return countSlots(this.slots).live;
  }

  /** Slots that are worn out and never used again. O(capacity). */
  get retired(): number {
    this.checkAttached();
    return countSlots(this.slots).worn;
  }

  /**
   * A free record, this thread's: of a slot that it released lately, else the lowest that is found. Its fields hold what its last owner left.
   * O(1) or O(levels of the bitset); more where threads collide. No garbage as long as the slot's handles are small integers.
   *
   * @throws `PoolExhaustedError` where none is free.
   * @throws `ClosedError` once this thread has closed it.
   * @throws `LaneLostError` where this thread has no lane.
   */
  acquire(): Handle<F> {
    return this.tryAcquire() || this.exhausted();
  }

  /** As `acquire`, but 0 where all are in use. */
  tryAcquire(): Handle<F> | 0 {
    const { words, table, recent, laneAt, alive, lane, laneBits, laneMask, retiredWord, firstLife, span, slots } = this;
    if (words[laneAt] !== alive) this.checkAlive();
    for (let left = recent[0]; left > 0; left--) {
      const slot = recent[left];
      const word = table[slot];
      if ((word & laneMask) !== 0 || word === retiredWord) continue;
      if (Atomics.compareExchange(table, slot, word, word | lane) !== word) continue;
      recent[0] = left - 1;
      return (((word >>> laneBits) + firstLife) * span + slot) as Handle<F>;
    }
    recent[0] = 0;
    return acquireHinted(slots, lane) as Handle<F> | 0;
  }

  /**
   * Ends the record's life, whichever thread acquired it. Of several that release the same record at once, one does, and the others throw.
   * O(levels of the bitset), no garbage.
   *
   * @throws `DoubleFreeError` where it ended and its slot was not acquired again since.
   * @throws `StaleHandleError` for any other handle that is not live.
   */
  release(handle: Handle<F>): void {
    const { table, recent, mask, laneBits, laneMask, retiredWord, firstLife, span, hints, slots } = this;
    if (typeof handle === "number") {
      const slot = handle & mask;
      const word = table[slot];
      if ((word & laneMask) !== 0 && ((word >>> laneBits) + firstLife) * span + slot === handle) {
        const next = ((word | laneMask) + 1) | 0;
        if (Atomics.compareExchange(table, slot, word, next) === word) {
          if (next === retiredWord) return;
          hints.set(slot);
          const count = recent[0] + 1;
          if (count > RECENT) return;
          recent[count] = slot;
          recent[0] = count;
          return;
        }
      }
    }
    this.checkAttached();
    releaseOther(slots, handle);
  }

  /**
   * Makes a record this thread's, whosever it is: if that one dies, it stays. For whoever is handed a handle. One compare-exchange. O(1).
   *
   * @throws `StaleHandleError` for a handle that is not live; as `acquire`, where this thread has no lane.
   */
  adopt(handle: Handle<F>): void {
    const { words, table, mask, laneAt, alive, lane, laneMask, slots } = this;
    if (words[laneAt] !== alive) this.checkAlive();
    // A turn but the last: another thread adopted it meanwhile.
    for (let word = liveWord(slots, handle); word !== 0; word = liveWord(slots, handle)) {
      if (Atomics.compareExchange(table, handle & mask, word, (word & ~laneMask) | lane) === word) return;
    }
    throw new StaleHandleError(handle);
  }

  /** O(1), for any value whatever. */
  isLive(handle: Handle<F>): boolean {
    if (typeof handle === "number") {
      const { table, mask, laneBits, laneMask, firstLife, span } = this;
      const slot = handle & mask;
      const word = table[slot];
      if ((word & laneMask) !== 0 && ((word >>> laneBits) + firstLife) * span + slot === handle) return true;
    }
    this.checkAttached();
    return liveWord(this.slots, handle) !== 0;
  }

  /**
   * Where the record is in each column. O(1).
   *
   * @throws `StaleHandleError` for a handle that is not live.
   */
  slot(handle: Handle<F>): number {
    if (typeof handle === "number") {
      const { table, mask, laneBits, laneMask, firstLife, span } = this;
      const slot = handle & mask;
      const word = table[slot];
      if ((word & laneMask) !== 0 && ((word >>> laneBits) + firstLife) * span + slot === handle) return slot;
    }
    return this.slotOther(handle);
  }

  /** The handle of the live record in a slot, or 0. O(1). */
  handleAt(slot: number): Handle<F> | 0 {
    this.checkAttached();
    const { slots, table, laneMask } = this;
    const word = Atomics.load(table, checkInteger("slot", slot, 0, this.capacity - 1));
    return (word & laneMask) === 0 ? 0 : (handleOf(slots, word, slot) as Handle<F>);
  }

  /** O(capacity), each slot when it is looked at. */
  stats(): PoolStats {
    this.checkAttached();
    const { capacity, byteLength, overhead } = this;
    const { live, worn: retired } = countSlots(this.slots);
    return { capacity, live, free: capacity - live - retired, retired, byteLength, overhead };
  }

  /**
   * Walks every invariant. Only while no thread is amid a call, and all that died are reclaimed. O(capacity).
   *
   * @throws `CorruptionError` naming the first broken one.
   */
  verify(): void {
    this.checkAttached();
    verifyShared(this.slots, this.layout);
  }

  /**
   * A ticket for one more thread, drawn before it begins: pass it on to `attach`, and to `watch`. It takes a lane until that thread closes the
   * pool, or the ticket is reclaimed. O(lanes).
   *
   * @throws `NoLaneError` where all are taken.
   */
  ticket(): number {
    const { slots, lane } = this;
    this.checkAlive();
    return drawTicket(slots, lane);
  }

  /**
   * Reclaims `ticket` once the worker's thread has ended, however that came, unless it closed the pool; `then` is told what was lost. What is
   * returned undoes it, and `close` does.
   *
   * @throws `UnsupportedError` for a worker that has no 'exit' event: that of a page.
   */
  watch(worker: WatchedWorker, ticket: number, then?: (lost: Handle<F>[]) => void): () => void {
    const { slots, watched, self } = this;
    this.checkAlive();
    readTicket(slots, ticket);
    checkCallback("then", then);
    if (ticket === self) throw new InvalidArgumentError(`invalid ticket: ${ticket} is this thread's own`);
    if (watched.has(ticket)) throw new InvalidArgumentError(`invalid ticket: ${ticket} is watched already`);
    const undo = whenEnded(
      worker,
      () => {
        watched.delete(ticket);
        const lost = this.reclaim(ticket);
        then?.(lost);
      },
      "let it hold a Web Lock, and call reclaim(ticket) once that lock is granted here",
    );
    const unwatch = (): void => {
      undo();
      watched.delete(ticket);
    };
    if (worker.threadId !== -1) watched.set(ticket, unwatch);
    return unwatch;
  }

  /**
   * Frees what a thread left behind that was killed, wherever that was, while the others go on. *It must be known to be dead*: a worker's 'exit'
   * says so. The handles of the records that were freed: those it had acquired or adopted, and were not released or adopted by others since. Those for
   * which `keep` returns true are not freed, and are this thread's then.
   *
   * Returns no handles for a ticket that is over, and while another thread reclaims it: if that one dies, reclaim its ticket. A thread that
   * lives nevertheless learns it by `LaneLostError` at its next `acquire`, and what it had is gone. O(capacity).
   *
   * @throws `InvalidArgumentError` for this thread's own ticket, one that was never drawn, and one whose worker is watched here and has not
   *   ended.
   */
  reclaim(ticket: number, options: ReclaimOptions<F> = {}): Handle<F>[] {
    const { slots, lane, self, watched } = this;
    this.checkAlive();
    if (typeof options === "function") {
      throw new InvalidArgumentError("invalid options: { keep } is needed, not a function");
    }
    const { keep } = readOptions(options, ["keep"]);
    checkCallback("keep", keep);
    readTicket(slots, ticket);
    if (ticket === self) throw new InvalidArgumentError(`invalid ticket: ${ticket} is this thread's own`);
    if (watched.has(ticket)) throw new InvalidArgumentError(`invalid ticket: the worker of ${ticket} has not ended`);
    return reclaimTicket(slots, ticket, lane, keep as ((handle: number) => boolean) | undefined) as Handle<F>[];
  }

  /**
   * This thread is done with the pool. Its records stay live, in nobody's name, until someone releases or adopts them; its lane is free for another;
   * it watches no more. What is left are `release` and what only looks. A second time it does nothing. O(capacity).
   */
  close(): void {
    const { slots, lane, laneAt, alive, recent, watched, words, lanes } = this;
    if (recent[CLOSED] === 1) return;
    this.checkAttached();
    for (const unwatch of [...watched.values()]) unwatch();
    recent[CLOSED] = 1;
    if (Atomics.load(words, laneAt) !== alive) return; // reclaimed
    rename(slots, lane, slots.nobody);
    for (let other = 1; other <= lanes; other++) {
      const word = loadLane(slots, other);
      if (stateOf(word) !== DRAWN || byOf(slots, word) !== lane) continue;
      stepLane(slots, other, word, laneWord(slots, serialOf(slots, word), 0, DRAWN)); // or its thread has come
    }
    stepLane(slots, lane, alive, laneWord(slots, serialOf(slots, alive), 0, FREE));
  }

  /** Throws unless this thread has its lane. */
  private checkAlive(): void {
    this.checkAttached();
    if (this.recent[CLOSED] === 1) throw new ClosedError("pool");
    if (Atomics.load(this.words, this.laneAt) !== this.alive)
      throw new LaneLostError(this.self, "its records are gone");
  }

  private exhausted(): never {
    throw new PoolExhaustedError(this.capacity, this.retired);
  }

  private slotOther(handle: Handle<F>): number {
    this.checkAttached();
    if (liveWord(this.slots, handle) === 0) throw new StaleHandleError(handle);
    return handle & this.mask;
  }
}
