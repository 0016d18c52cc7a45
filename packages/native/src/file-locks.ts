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
 * Nobody waits: a lock is asked for, every `interval` milliseconds, and never blocked on.
 */
import { InvalidArgumentError, TicketError } from "@ariax/allocator";
import { checkCallback, checkInteger, readOptions } from "@ariax/allocator/implement";
import type { Lost, ReclaimOptions, SharedSlabAllocator, WasmMemory } from "@ariax/slab";
import { checkTicket, idOf, openShared, ticketsOf } from "@ariax/slab/engine";
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
  /** The lock file: any file on this machine that is there for nothing else, one for each heap; made where it is not there. */
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
 * @throws `TicketError` where another thread has had it.
 * @throws `SystemCallError` where the system refuses.
 * @throws `UnsupportedError` where the file is not on this machine.
 * @throws `RegionUnmappedError` once the region is unmapped.
 * @throws `InvalidArgumentError`, `DetachedError`, `CorruptionError`, `UnsupportedError`, `MapError` as the calls of the heap, and of the host.
 */
export function holdLock(where: Region | ArrayBufferLike | WasmMemory, options: HoldOptions): HeldLock {
  const { ticket, lock, byteOffset } = readOptions(options, ["ticket", "lock", "byteOffset"]);
  const { words } = openShared(where instanceof Region ? where.buffer : where, byteOffset, "NativeAllocator");
  return hold(lock, checkTicket(words, ticket), idOf(words));
}

/** What a thread holds in a lock file, for a heap of which the id is known. `undo`: as if it had not come. */
export function hold(file: string, ticket: number, id: number): HeldLock & { undo(): void } {
  const locks = LockFile.open(file, true);
  let before = 0;
  try {
    if (!locks.take(ticket)) {
      throw new TicketError(`ticket ${ticket} is in use: its lock in ${locks.name} is another thread's`);
    }
    before = locks.read(ticket);
    if (before === id) {
      throw new TicketError(`ticket ${ticket} is of a thread that died: reclaim it, and draw another one`);
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
  return { release: () => end(-id), undo: () => end(before) };
}

/** What a lock file says of a ticket's thread. */
const UNKNOWN = 0;
const LIVES = 1;
const CLOSED = 2;
const DIED = 3;

/** Looks at a ticket's thread; `act` is called where it is dead and not reclaimed, while nobody else can do that. */
function lookAt(locks: LockFile, ticket: number, id: number, act: () => void): number {
  const record = locks.read(ticket);
  if (record !== id) return record === -id ? CLOSED : UNKNOWN;
  // Asked first: a thread that has no lock yet must not find it taken because somebody looks.
  if (locks.isTaken(ticket) || !locks.take(ticket)) return LIVES;
  try {
    // It may have closed before it released the lock, or another has reclaimed it.
    if (locks.read(ticket) !== id) return CLOSED;
    act();
    quietly(() => locks.write(ticket, -id)); // else who looks next finds nothing to reclaim, and writes it
  } finally {
    locks.release(ticket);
  }
  return DIED;
}

/**
 * Reclaims what a thread leaves behind that holds the lock of its ticket in a file, once it has ended; `then` is told what that was, of one
 * that has closed that it was nothing. It may be yet to start. What is returned undoes it, as does `close`. The timer of that keeps no process
 * alive. A look takes two system calls.
 *
 * @throws `TicketError` where it is attached without a lock there.
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
  const { keep, interval = 100 } = readOptions(options, ["keep", "interval"]);
  checkTicket(heap.words, ticket);
  checkCallback("then", then);
  checkCallback("keep", keep);
  checkInteger("interval", interval, 1, 0x7fffffff);
  if (ticket === heap.holder) throw new InvalidArgumentError(`invalid ticket: ${ticket} is this thread's own`);
  const id = idOf(heap.words);
  const locks = LockFile.open(lock, true);
  let timer: { unref?(): unknown } | undefined;
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer as NodeJS.Timeout);
    locks.close();
  };
  const look = () => {
    // Nothing is left to reclaim where the memory is gone.
    if (!isOver && (heap.closed || heap.words.length === 0)) end();
    if (isOver) return;
    let lost = NOTHING;
    let found = LIVES;
    try {
      found = lookAt(locks, ticket, id, () => {
        lost = heap.reclaim(ticket, { keep });
      });
    } catch (error) {
      end();
      throw error;
    }
    if (found === CLOSED || found === DIED) {
      end();
      then?.(lost);
      return;
    }
    timer = setTimeout(look, interval);
    timer.unref?.();
  };
  // Attached, and nothing is written there? Then there will be no proof.
  try {
    if (ticketsOf(heap.words).has(ticket) && Math.abs(locks.read(ticket)) !== id) throw unknown(ticket, locks);
  } catch (error) {
    end();
    throw error;
  }
  look();
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
 * @throws `LaneLostError` once the lane of this thread was reclaimed.
 * @throws `InvalidArgumentError`, `DetachedError`, `CorruptionError`, `UnsupportedError`, `MapError` as the calls of the heap, and of the host.
 */
export function reclaimDead(heap: SharedSlabAllocator, lock: string, options: ReclaimOptions = {}): Map<number, Lost> {
  const { keep } = readOptions(options, ["keep"]);
  checkCallback("keep", keep);
  const id = idOf(heap.words);
  const locks = LockFile.open(lock, false);
  const dead = new Map<number, Lost>();
  try {
    for (const ticket of ticketsOf(heap.words)) {
      if (ticket === heap.holder) continue;
      lookAt(locks, ticket, id, () => void dead.set(ticket, heap.reclaim(ticket, { keep })));
    }
  } finally {
    locks.close();
  }
  return dead;
}
