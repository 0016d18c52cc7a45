/**
 * When a thread of any process has ended for certain: it holds a lock on its ticket's byte of a file, which the kernel takes away when the
 * thread can run no more, whatever ended it. Others look whether it is still held, and reclaim where it is not.
 *
 *     record of a ticket    0 ──▶ id ──▶ −id       id: the heap's, drawn for it when it was made
 *     its lock                 held while the record is id: taken before, released after
 *     its lane                       attached ──▶ closed
 *
 * So where a record is the heap's id, and the lock is free, its thread is dead: all else is no proof. Neither is it a record of a heap that was there
 * before, nor a file that is new because somebody has removed the old one, nor a thread that holds no lock. Who reclaims holds the lock
 * meanwhile, and writes −id last: so two who look do it once, and one who is killed while he does leaves it to the next.
 *
 * Who reclaims holds a lock itself, in the same file: else nobody could prove that he was killed meanwhile, and the lane would stay under
 * repair. And none is had by a ticket of which a thread is attached already: once it was free, that thread would seem dead.
 *
 * Nobody waits: a lock is asked for, every `interval` milliseconds, and never blocked on.
 */
import { ClosedError, DetachedError, InvalidArgumentError, TicketError } from "@ariax/allocator";
import { checkCallback, checkInteger, readOptions, show } from "@ariax/allocator/implement";
import type { Lost, ReclaimOptions, SharedSlabAllocator, WasmMemory } from "@ariax/slab";
import { checkTicket, idOf, isRepairing, openShared, readReclaim, ticketsOf } from "@ariax/slab/engine";
import { LockFile } from "./lock-file.ts";
import { quietly } from "./open-file.ts";
import { Region } from "./region.ts";

/** A lock that a thread holds. */
export interface HeldLock {
  /** To be called when the thread has closed its heap; not before: it could not be proven dead any more. Again: nothing. */
  release(): void;
}

export interface HoldOptions {
  /** The thread's, which attaches by it afterwards. */
  readonly ticket: number;
  /** The lock file: one on this machine that is there for nothing else, one for each heap; made where it is not there. */
  readonly lock: string;
  /** Where the heap begins, in bytes. Default 0. */
  readonly byteOffset?: number | undefined;
}

export interface WatchLockOptions extends ReclaimOptions {
  /** Milliseconds between two looks. Default 100. */
  readonly interval?: number | undefined;
}

const NOTHING: Lost = /* @__PURE__ */ Object.freeze({ lanes: 0, pages: 0, blocks: 0, inFlight: 0 });

/**
 * Takes the lock that proves, once it is free, that this thread has ended: before the thread attaches to the heap by its ticket, or it could
 * be killed in between. It is released by `release`, or by the system when the thread, or its process, ends. Some system calls.
 *
 * @throws `TicketError` where another thread has had it, or is attached by that ticket.
 * @throws `SystemCallError` where the system refuses.
 * @throws `UnsupportedError` where the file is not on this machine.
 * @throws `RegionUnmappedError` once the region is unmapped.
 * @throws `InvalidArgumentError`, `DetachedError`, `CorruptionError`, `UnsupportedError`, `MapError` as the calls of the heap, and of the host.
 */
export function holdLock(where: Region | ArrayBufferLike | WasmMemory, options: HoldOptions): HeldLock;
/**
 * The same for the thread that a heap is for, which is attached: until then it can't be proven dead.
 *
 * @throws `TicketError` where another thread has had it.
 * @throws `ClosedError` where this thread has closed the heap.
 * @throws `SystemCallError` where the system refuses.
 * @throws `UnsupportedError` where the file is not on this machine.
 * @throws `RegionUnmappedError` once the region is unmapped.
 * @throws `InvalidArgumentError`, `DetachedError`, `CorruptionError`, `UnsupportedError`, `MapError` as the calls of the heap, and of the host.
 */
export function holdLock(heap: SharedSlabAllocator, options: Pick<HoldOptions, "lock">): HeldLock;
/**
 * Both.
 *
 * @throws `TicketError`, `ClosedError`, `SystemCallError`, `UnsupportedError`, `RegionUnmappedError`, `InvalidArgumentError`, `DetachedError`, `CorruptionError`, `MapError` as they say.
 */
export function holdLock(
  where: Region | ArrayBufferLike | WasmMemory | SharedSlabAllocator,
  options: Pick<HoldOptions, "lock"> & Partial<HoldOptions>,
): HeldLock {
  if (isHeap(where)) {
    const { lock } = readOptions(options, ["lock"]);
    const { release } = hold(lock, where.holder, checkHeap(where), undefined);
    return { release };
  }
  const { ticket, lock, byteOffset } = readOptions(options, ["ticket", "lock", "byteOffset"]);
  const { words } = openShared(where instanceof Region ? where.buffer : where, byteOffset, "NativeAllocator");
  const { release } = hold(lock, checkTicket(words, ticket), idOf(words), words);
  return { release };
}

/** A lock, to who makes the heap, or attaches to it. */
export interface Held extends HeldLock {
  /** As if it had not come. */
  undo(): void;
  /** The heap's id is another one. */
  rename(id: number): void;
}

/** What a thread holds in a lock file, for a heap of which the id is known; where its `words` are given, no thread may be attached by the ticket. */
export function hold(file: string, ticket: number, id: number, words: Int32Array | undefined): Held {
  const locks = LockFile.open(file, true);
  let now = id;
  let before = 0;
  try {
    if (!locks.take(ticket)) {
      throw new TicketError(`ticket ${ticket} is in use: its lock in ${locks.name} is another thread's`);
    }
    before = locks.read(ticket);
    if (before === id) {
      throw new TicketError(`ticket ${ticket} is of a thread that died: reclaim it, and draw another one`);
    }
    // Only now, when no other takes the lock any more: nothing is written yet.
    if (words !== undefined && ticketsOf(words).has(ticket)) {
      throw new TicketError(
        `ticket ${ticket} is in use: a thread is attached by it, without a lock in ${locks.name}; close that one, or draw another ticket`,
      );
    }
    locks.write(ticket, id);
  } catch (error) {
    locks.close();
    throw error;
  }
  let isHeld = true;
  const end = (record: number) => {
    if (!isHeld) return;
    isHeld = false;
    quietly(() => locks.write(ticket, record)); // else who looks finds nothing to reclaim
    locks.close();
  };
  const rename = (to: number) => {
    if (to !== now) locks.write(ticket, to);
    now = to;
  };
  return { release: () => end(-now), undo: () => end(before), rename };
}

/** What a lock file says of a ticket's thread. */
const UNKNOWN = 0;
const LIVES = 1;
const CLOSED = 2;
const DIED = 3;

/**
 * Looks at a ticket's thread; `act` is called where it is dead and not reclaimed, while nobody else can do that; it says whether that is done
 * now.
 */
function lookAt(locks: LockFile, ticket: number, id: number, act: () => boolean): number {
  const record = locks.read(ticket);
  if (record !== id) return record === -id ? CLOSED : UNKNOWN;
  // Asked first: a thread that has no lock yet must not find it taken because somebody looks.
  if (locks.isTaken(ticket) || !locks.take(ticket)) return LIVES;
  try {
    // It may have closed before it released the lock, or another has reclaimed it.
    if (locks.read(ticket) !== id) return CLOSED;
    if (!act()) return LIVES; // as far as is known: who looks again finds more
    quietly(() => locks.write(ticket, -id)); // else who looks next finds nothing to reclaim, and writes it
  } finally {
    locks.release(ticket);
  }
  return DIED;
}

function isHeap(value: unknown): value is SharedSlabAllocator {
  const { words, holder, reclaim } = Object(value) as Partial<SharedSlabAllocator>;
  return ArrayBuffer.isView(words) && typeof holder === "number" && typeof reclaim === "function";
}

/** The id of a heap that this thread has not closed. */
function checkHeap(heap: SharedSlabAllocator): number {
  if (!isHeap(heap)) throw new InvalidArgumentError(`invalid heap: ${show(heap)} is no heap with lanes`);
  if (heap.closed) throw new ClosedError("heap");
  return idOf(heap.words);
}

/** Nothing is left to reclaim by this thread, or at all. */
function isOverFor(heap: SharedSlabAllocator): boolean {
  try {
    return heap.closed || heap.words.length === 0;
  } catch (error) {
    if (error instanceof DetachedError) return true;
    throw error;
  }
}

/** Only one whose own death could be proven may reclaim: killed in the midst of it, it leaves a lane under repair. */
function checkHolds(heap: SharedSlabAllocator, locks: LockFile, id: number): void {
  if (locks.read(heap.holder) === id) return;
  throw new TicketError(
    `ticket ${heap.holder}, this thread's own, has no lock in ${locks.name}: attach with { lock }, of this file, or call holdLock(heap, { lock }), before you reclaim`,
  );
}

/** Reclaims a thread that is dead; undefined where another one may be at it, and may be killed before it is done. */
function finish(heap: SharedSlabAllocator, ticket: number, options: ReclaimOptions): Lost | undefined {
  const lost = heap.reclaim(ticket, options);
  return lost.lanes === 0 && isRepairing(heap.words) ? undefined : lost;
}

/**
 * Reclaims what a thread leaves behind that holds the lock of its ticket in a file, once it has ended; `then` is told what that was, of one
 * that has closed that it was nothing, in any case after this call has returned. It may be yet to start. What is returned undoes it, as does `close`. The timer of that keeps no process
 * alive. A look takes two system calls, and O(lanes). What a later look finds wrong, or `then` throws, is thrown by the timer, and the watch is over.
 *
 * Where another thread reclaims it, `then` is told once that is done; if that one dies too, once it is reclaimed.
 *
 * @throws `TicketError` where it is attached without a lock there, also later, or this thread holds none there.
 * @throws `ClosedError` where this thread has closed the heap.
 * @throws `SystemCallError` where the system refuses.
 * @throws `InvalidArgumentError`, `DetachedError`, `CorruptionError`, `UnsupportedError`, `MapError` as the calls of the heap, and of the host.
 */
export function watchLock(
  heap: SharedSlabAllocator,
  ticket: number,
  lock: string,
  then?: (lost: Lost) => void,
  options: WatchLockOptions = {},
): () => void {
  const { keep, interval = 100 } = readReclaim(options, ["interval"]);
  const id = checkHeap(heap);
  checkTicket(heap.words, ticket);
  checkCallback("then", then);
  checkInteger("interval", interval, 1, 0x7fffffff);
  if (ticket === heap.holder) throw new InvalidArgumentError(`invalid ticket: ${ticket} is this thread's own`);
  const locks = LockFile.open(lock, true);
  let timer: { unref?(): unknown } | undefined;
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer as NodeJS.Timeout);
    locks.close();
  };
  /** Not before this call has returned: `then` may well use what it returns. */
  let tell = (lost: Lost): unknown => then && queueMicrotask(() => then(lost));
  const look = () => {
    if (!isOver && isOverFor(heap)) end();
    if (isOver) return;
    let lost = NOTHING;
    let found = LIVES;
    try {
      // Before the record is read: a thread writes that before it attaches.
      const isAttached = ticketsOf(heap.words).has(ticket);
      found = lookAt(locks, ticket, id, () => {
        checkHolds(heap, locks, id);
        const done = finish(heap, ticket, { keep });
        lost = done ?? NOTHING;
        return done !== undefined;
      });
      // Then there will be no proof.
      if (found === UNKNOWN && isAttached) throw unknown(ticket, locks);
    } catch (error) {
      end();
      throw error;
    }
    if (found === CLOSED || found === DIED) {
      end();
      tell(lost);
      return;
    }
    timer = setTimeout(look, interval);
    timer.unref?.();
  };
  try {
    checkHolds(heap, locks, id);
  } catch (error) {
    end();
    throw error;
  }
  look();
  tell = (lost) => then?.(lost);
  return end;
}

function unknown(ticket: number, locks: LockFile): TicketError {
  return new TicketError(
    `ticket ${ticket} is attached without a lock in ${locks.name}: its thread has to attach with { lock }, of this file`,
  );
}

/**
 * Reclaims what dead threads left behind, all that hold locks in a file: what of each. Of those that live, or have no lock there, nothing. For
 * a process that starts, after others may have been killed. O(lanes), some system calls for each.
 *
 * @throws `SystemCallError` where there is no such file.
 * @throws `TicketError` where this thread holds no lock there.
 * @throws `ClosedError` where this thread has closed the heap.
 * @throws `LaneLostError` once the lane of this thread was reclaimed.
 * @throws `InvalidArgumentError`, `DetachedError`, `CorruptionError`, `UnsupportedError`, `MapError` as the calls of the heap, and of the host.
 */
export function reclaimDead(heap: SharedSlabAllocator, lock: string, options: ReclaimOptions = {}): Map<number, Lost> {
  const { keep } = readReclaim(options);
  const id = checkHeap(heap);
  const locks = LockFile.open(lock, false);
  const dead = new Map<number, Lost>();
  try {
    checkHolds(heap, locks, id);
    for (const ticket of ticketsOf(heap.words)) {
      if (ticket === heap.holder) continue;
      lookAt(locks, ticket, id, () => {
        const lost = finish(heap, ticket, { keep });
        if (lost !== undefined) dead.set(ticket, lost);
        return lost !== undefined;
      });
    }
  } finally {
    locks.close();
  }
  return dead;
}
