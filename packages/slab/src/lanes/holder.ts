/**
 * What a thread is to a heap with lanes, whatever it does with its blocks: it has a ticket, and works with a lane, or rests, or is done; and it looks after
 * others that end. The heap that it allocates from is ../shared-slab-allocator.ts.
 *
 *     hold ──▶ view = the words ──park──▶ view = NO_WORDS ──the next call──▶ hold, the same lane or another ──close──▶ closed
 *
 * The hot paths ask nothing of all that: where there is no lane, there are no words, so they find no block, and call what looks.
 */
import {
  type Allocator,
  ClosedError,
  InvalidArgumentError,
  NULL,
  type Offset,
  type WatchedWorker,
} from "@ariax/allocator";
import { allocatorWords, checkCallback, disposable, present, readOptions, whenEnded } from "@ariax/allocator/implement";
import type { Heap } from "../heap.ts";
import { H_BASE, H_BITS, H_INFO, H_NAME } from "../layout.ts";
import { laneLost } from "./errors.ts";
import * as L from "./layout.ts";
import { type HeldLock, holdLock, whenReleased } from "./locks.ts";
import { answer, giveAll } from "./relief.ts";
import type { Lost } from "./repair.ts";
import { attachLane, checkHeld, checkTicket, drawTicket, endLane, reclaimLanes, resume } from "./state.ts";

/** The view of a thread that holds no lane: what the hot paths find no block and no page in. */
const NO_WORDS: Int32Array = /* @__PURE__ */ new Int32Array(0);

const WORDS = /* @__PURE__ */ allocatorWords(
  "a heap",
  "post heap.memory.buffer and heap.ticket(), and call SharedSlabAllocator.attach(buffer, { ticket }) there",
);

/** What `reclaim` can be given. */
export interface ReclaimOptions {
  /** Is a block in the dead thread's lanes still known to somebody? Those it says false of are freed. Default: all stay. */
  readonly keep?: ((offset: Offset, size: number) => boolean) | undefined;
}

export abstract class LaneHolder {
  declare protected readonly heap: Heap;
  /** The control block; NO_WORDS while the thread holds no lane. */
  declare protected view: Int32Array;
  declare protected readonly base: number;
  /** The word the thread's lane begins at. */
  declare protected lane: number;
  /** The lane's number + 1. */
  declare protected code: number;
  // What is added to an entry's parts, so that the lane's code in it makes no difference:
  declare protected lift: number;
  declare protected bits: number;
  declare protected info: number;
  /** The ticket of the thread that this object is for. */
  declare readonly holder: number;
  declare private isClosed: boolean;
  /** What proves, once it is released, that the thread has ended. */
  declare private lock: Promise<HeldLock> | undefined;
  declare protected late: number;
  declare protected readonly onLate: ((count: number) => void) | undefined;
  /** This heap, and not a proxy of it. */
  declare protected readonly itself: () => this;
  /** Closes. */
  declare readonly [Symbol.dispose]: () => void;

  protected constructor(heap: Heap, holder: number, onLate: ((count: number) => void) | undefined) {
    // First: a clone would read the heap's memory before it, which has words of its own.
    present(this as LaneHolder as LaneHolder & Allocator, WORDS);
    this.heap = heap;
    this.base = heap.words[H_BASE];
    this.isClosed = false;
    this.lock = undefined;
    this.onLate = onLate;
    this.itself = () => this;
    this.holder = holder;
    disposable(this);
  }

  /** The control block, as it is now. For other engines and for tests; writing to it breaks the heap. */
  get words(): Int32Array {
    return this.heap.words;
  }

  /** Works with a lane from now on. */
  protected hold(lane: number): void {
    const w = this.heap.words;
    const name = w[lane + H_NAME];
    this.lane = lane;
    this.code = w[lane + L.H_CODE];
    this.lift = (this.base - (name << 5)) | 0;
    this.bits = ((w[H_BITS] << 5) - (name << 1)) | 0;
    this.info = w[H_INFO] - 4 - (name >>> 5);
    this.late = w[lane + L.H_LATE];
    this.view = w;
  }

  /** The control block, where the thread has a lane, or gets one now; else throws. Answers to what others want. */
  protected now(): Int32Array {
    let w = this.view;
    if (w.length === 0) w = this.resumed();
    // Is the lane still this thread's? It changes only where somebody breaks the rules, so it is read plainly: seen late, but seen.
    if (w[w[this.lane + L.H_MAIL] + L.M_STATE] !== ((this.holder << L.STATE_BITS) | L.LIVE))
      throw laneLost(this.holder);
    if (w[L.H_WANT] !== w[this.lane + L.H_SEEN]) answer(w, this.lane);
    return w;
  }

  private resumed(): Int32Array {
    if (this.isClosed) throw new ClosedError("heap");
    const w = this.heap.words;
    this.hold(resume(w, this.lane, this.holder) ? this.lane : attachLane(w, this.holder));
    return w;
  }

  /** Double frees by threads that knew nothing of each other, which this lane found when it collected. */
  get lateDoubleFrees(): number {
    return this.heap.words[this.lane + L.H_LATE];
  }

  /** How many there are of these that are not told yet, and are now. */
  private countLate(w: Int32Array): number {
    const count = w[this.lane + L.H_LATE] - this.late;
    this.late += count;
    return count;
  }

  /** Tells of them: the block is there by then, and where the callback throws it is free again. */
  protected told(w: Int32Array, offset: Offset): Offset {
    const count = this.countLate(w);
    if (count === 0) return offset;
    try {
      this.onLate?.(count);
    } catch (error) {
      if (offset !== NULL) this.free(offset);
      throw error;
    }
    return offset;
  }

  /** The same where there is no block. */
  protected tellLate(w: Int32Array): void {
    const count = this.countLate(w);
    if (count !== 0) this.onLate?.(count);
  }

  abstract free(offset: Offset): void;

  /** Draws a ticket for a thread that is to start: its name here, never drawn again. Throws `TicketError` after 268 million. O(1). */
  ticket(): number {
    return drawTicket(this.heap.words);
  }

  /** Gives all that this thread has no need of to the others, for while it rests. Its next call goes on, in this lane or another. O(pages of the lane). */
  park(): void {
    this.itself().end(L.PARKED);
  }

  /** The same for ever: this thread's last call. Its live blocks stay; the next thread that attaches goes on with the lane. Again: nothing. */
  close(): void {
    const it = this.itself();
    if (it.isClosed) return;
    // Parked? Then the lane is this thread's again, or it is in order without that.
    if (it.view.length === 0 && resume(it.heap.words, it.lane, it.holder)) it.hold(it.lane);
    try {
      it.end(L.ORPHAN);
    } finally {
      it.isClosed = it.view.length === 0;
      if (it.isClosed) it.released();
    }
  }

  /** Has this thread closed? Then it has no lane any more. */
  get closed(): boolean {
    return this.isClosed;
  }

  /** It has: what proves that it lives is released. */
  protected released(): void {
    this.lock?.then(({ release }) => release(), ignore);
  }

  /** As `close`. */
  dispose(): void {
    this.close();
  }

  private end(state: number): void {
    if (this.isClosed) throw new ClosedError("heap");
    const w = this.view;
    if (w.length === 0) return;
    checkHeld(w, this.lane, this.holder);
    giveAll(w, this.lane);
    const late = this.countLate(w);
    this.view = NO_WORDS;
    endLane(w, this.lane, this.holder, state);
    // Whatever the callback does, that is done.
    if (late !== 0) this.onLate?.(late);
  }

  /**
   * Repairs what a thread left behind that was killed, wherever that was, while the others go on; they are not disturbed. *It must be known to be dead*:
   * a worker's 'exit' says so, that `terminate()` was called does not. Of a thread that has closed, or never came, or that another reclaims, nothing
   * is left to do: `lanes` is 0. O(pages of its lanes).
   *
   * What it says is live: blocks that the dead thread had allocated, of which others may know. `keep` says which are, and the rest is freed;
   * without it, whoever knows them frees them. Where it throws, nothing of that lane is freed: reclaim again.
   */
  reclaim(ticket: number, options: ReclaimOptions = {}): Lost {
    const it = this.itself();
    const { keep } = readReclaim(options);
    // A ticket is all that is needed: one that is parked, or has closed, can do it too.
    const w = it.heap.words;
    if (it.view.length !== 0) checkHeld(w, it.lane, it.holder);
    checkTicket(w, ticket);
    if (ticket === it.holder) throw new InvalidArgumentError(`invalid ticket: ${ticket} is this thread's own`);
    return reclaimLanes(w, ticket, it.holder, keep);
  }

  /**
   * Reclaims what a worker leaves behind, once its thread has ended; `then` is told what that was; `options` are those of `reclaim`. What is returned undoes it, as does
   * `close`. For workers that have an 'exit' event; those of a page: `watchLock`. In Deno not of one that was terminated, or ended by an error:
   * its 'exit' comes before a busy thread has stopped, if that ever does.
   */
  watch(worker: WatchedWorker, ticket: number, then?: (lost: Lost) => void, options: ReclaimOptions = {}): () => void {
    const it = this.itself();
    checkTicket(it.heap.words, ticket);
    checkCallback("then", then);
    const read = readReclaim(options);
    return whenEnded(worker, () => it.reclaimOnce(ticket, then, read), "in a page, heap.watchLock(ticket, lock)");
  }

  /**
   * What a page's worker does when it has attached: it takes a Web Lock, which it holds until it closes, or dies. The lock's name is for
   * the thread that is to notice that: `watchLock`. Again: the same name. Throws `UnsupportedError` where there is no `navigator.locks`.
   */
  async holdLock(): Promise<string> {
    const it = this.itself();
    if (it.isClosed) throw new ClosedError("heap");
    it.lock ??= holdLock(it.holder);
    return (await it.lock).name;
  }

  /**
   * As `watch`, for a worker of a page: reclaims once the lock is free that the worker held when it told its name, so when it can run no more.
   * Resolves once that is sure to be noticed, with what undoes it. Throws `UnsupportedError` where there are no such locks.
   */
  async watchLock(
    ticket: number,
    lock: string,
    then?: (lost: Lost) => void,
    options: ReclaimOptions = {},
  ): Promise<() => void> {
    const it = this.itself();
    checkTicket(it.heap.words, ticket);
    checkCallback("then", then);
    const read = readReclaim(options);
    return whenReleased(lock, ticket, () => it.reclaimOnce(ticket, then, read));
  }

  /** A thread that was watched has ended. */
  private reclaimOnce(ticket: number, then: ((lost: Lost) => void) | undefined, options: ReclaimOptions): void {
    if (this.isClosed) return;
    const lost = this.reclaim(ticket, options);
    then?.(lost);
  }
}

function ignore(): void {}

/**
 * Options of `reclaim`, and `more`, checked, and read once.
 *
 * @throws `InvalidArgumentError` for a wrong option, and for a function in their place.
 */
export function readReclaim<T extends ReclaimOptions>(options: T, more: readonly string[] = []): T {
  if (typeof options === "function")
    throw new InvalidArgumentError("invalid options: { keep } is needed, not a function");
  const read = readOptions(options, ["keep", ...more]);
  checkCallback("keep", read.keep);
  return read;
}
