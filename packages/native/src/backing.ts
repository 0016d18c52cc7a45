/**
 * What a heap lies on, for the allocators of both engines: perhaps a region, and then the RAM of free pages goes back.
 *
 *     free ──▶ gave() ──▶ is a sweep due? ─no─▶ in purgeDelay ──▶ sweep ─▶ which pages are in RAM?     one system call
 *              O(1), no system call, no garbage                         └▶ the free runs that have some    one each
 *
 * The heap itself keeps slabs without a live block, as long as a class's cursor is on one, or blocks of it were freed last and lie
 * on a stack. Before pages go back, it is trimmed: else those of small heaps, or of many classes, would stay in RAM for ever.
 *
 * The heap doesn't tell what became of a run between two sweeps, without a word more on the hot path. The system does: so a run
 * is purged once, however many sweeps find it.
 *
 * Runs of 64 KiB and more go at once. Shorter ones are soon used again, and cost a call each: of them a number goes with each
 * sweep, longer ones first, and the next sweep comes by itself. So a heap that is nothing but holes goes back as well, in time,
 * and one that is busy pays little.
 * tried: long runs only; measured: 1 GiB of blocks of all sizes, of which one in 20 stays: 7.5 % of the peak were in RAM beside what
 * is in use, and are 0.7 % this way (test/rss.test.ts).
 */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, isShared } from "@ariax/allocator/implement";
import { freeRuns, type Heap, PAGE_SIZE, trim } from "@ariax/slab/engine";
import { addon, type HeapHandle } from "./addon.ts";
import type { Region } from "./region.ts";
import { system } from "./system.ts";

/** A timer of Node, or a number, as in browsers and in jsdom. */
interface Timer {
  refresh?(): unknown;
  unref?(): unknown;
}

/** Milliseconds from the first free of pages until they are purged. */
export const PURGE_DELAY = 1000;
/** The most that a timer can wait. */
const MAX_DELAY = 2 ** 31 - 1;
/** Pages of the shortest run that goes at once; a power of two. */
const LONG = 16;
/** How many of the shorter runs go with a sweep: a few milliseconds. */
const SHORT_RUNS = 1024;
/** Huge pages are purged whole, or they fall apart. */
const HUGE_PAGE = 2 << 20;

/** `delay`, if a timer can wait for it, or for ever. */
export function checkDelay(delay: number | undefined): number | undefined {
  if (delay !== undefined && delay !== Number.POSITIVE_INFINITY) checkInteger("purgeDelay", delay, 0, MAX_DELAY);
  return delay;
}

export class Backing {
  /** Where the heap lies, if that is a region. */
  readonly region: Region | undefined;
  private readonly heap: Heap;
  /** Was the region mapped for this heap? */
  private readonly own: boolean;
  private readonly delay: number;
  /** Will a sweep come? */
  private due = false;
  private timer: Timer | undefined;
  /** Which pages were in RAM at the last sweep. */
  private present: Uint8Array | undefined;
  private made: HeapHandle | undefined;
  /** The buffer that `made` is for. */
  private handled: ArrayBufferLike | undefined;

  constructor(heap: Heap, region: Region | undefined, own: boolean, delay: number | undefined) {
    this.region = region;
    this.heap = heap;
    this.own = own;
    // Where others see the memory, a run that is found free may be theirs by the time it is purged: only who says that
    // nobody else is at work, by asking for it, gets that.
    this.delay = this.purgeable ? (delay ?? (region!.kind === "private" ? PURGE_DELAY : NEVER)) : NEVER;
  }

  /** Do free pages go back to the system by themselves? */
  get returnsMemory(): boolean {
    return this.delay !== NEVER;
  }

  private get purgeable(): boolean {
    return this.region !== undefined && this.region.kind !== "ordinary" && !this.region.reserved;
  }

  /** Pages may have become free. O(1). */
  gave(): void {
    if (!this.due && this.delay !== NEVER) this.wait(this.delay);
  }

  /**
   * Throws nothing: the block that brought it here is freed. Where there are no timers, free pages go back by `purge` only. A timer
   * keeps no process alive; in Node, where that has to be said, it can also be used again.
   */
  private wait(delay: number): void {
    this.due = true;
    try {
      if (delay === 0) queueMicrotask(this.sweepDue);
      else if (typeof this.timer?.refresh === "function") this.timer.refresh();
      else (this.timer = setTimeout(this.sweepDue, delay) as Timer).unref?.();
    } catch {
      this.due = false;
    }
  }

  /** Throws nothing either: nobody is there to catch it. What is wrong with a heap, its verbs say. */
  private readonly sweepDue = (): void => {
    if (!this.due) return; // it was called off
    this.due = false;
    try {
      // Are there more? They wait for the next turn at least, or nothing else would ever run.
      if (this.region!.mapped && this.sweep()) this.wait(Math.max(1, this.delay));
    } catch {}
  };

  /** Purges free runs that are in RAM: all the long ones, and a number of the others. Are there more of these? */
  private sweep(): boolean {
    const region = this.region!;
    const { words } = this.heap;
    trim(words, 0);
    const present = (this.present = region.residentPages(this.present));
    const bytes = addon().pageSize();
    const unit = region.hugePages === "granted" ? HUGE_PAGE : bytes;
    let short = SHORT_RUNS;
    // freeRuns goes from short to long: each round takes those that the round before began with, to twice as long.
    for (let least = LONG, most = Number.POSITIVE_INFINITY; least >= 1; most = least, least >>>= 1) {
      for (const { page, pages } of freeRuns(words, least)) {
        if (pages >= most) break;
        const from = roundUp(words.byteOffset + page * PAGE_SIZE, unit);
        const to = roundDown(words.byteOffset + (page + pages) * PAGE_SIZE, unit);
        if (!anyOf(present, from / bytes, to / bytes)) continue;
        if (least < LONG && short-- === 0) return true;
        if (!region.purge(from, to - from)) return false; // the system can't: it is not asked again before the next free
      }
    }
    return false;
  }

  purge(): number {
    const { words } = this.heap; // throws where the memory is gone
    if (!this.purgeable) return 0;
    const region = this.region!;
    const before = region.resident();
    trim(words, 0);
    for (const { page, pages } of freeRuns(words, 1)) {
      region.purge(words.byteOffset + page * PAGE_SIZE, pages * PAGE_SIZE);
    }
    return Math.max(0, before - region.resident());
  }

  get handle(): HeapHandle {
    const { words, buffer } = this.heap;
    if (this.made === undefined || this.handled !== buffer) {
      const unshared = checkUnshared(buffer);
      // Frozen, as a region's: what a proxy shows of it is itself.
      this.made = Object.freeze(
        system("can't make a handle", undefined, () => addon().handle(unshared, words.byteOffset)),
      );
      this.handled = buffer;
    }
    return this.made;
  }

  unmap(): void {
    if (this.region === undefined) throw new InvalidArgumentError("invalid call: the heap lies in no region");
    this.region.unmap();
    this.callOff();
  }

  dispose(): void {
    if (this.own && this.region!.mapped) this.region!.unmap();
    // A region that stays may be used for something else from here on.
    this.callOff();
  }

  private callOff(): void {
    this.due = false;
    try {
      clearTimeout(this.timer as NodeJS.Timeout | undefined);
    } catch {} // it finds nothing due
    this.timer = undefined;
  }
}

const NEVER = Number.POSITIVE_INFINITY;

const roundUp = (bytes: number, unit: number): number => Math.ceil(bytes / unit) * unit;
const roundDown = (bytes: number, unit: number): number => Math.floor(bytes / unit) * unit;

/** Is one of the bytes from `from` to `to` not 0? */
function anyOf(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return true;
  return false;
}

/** The buffer, if C code can reach it. */
export function checkUnshared(buffer: ArrayBufferLike): ArrayBuffer {
  if (!isShared(buffer)) return buffer as ArrayBuffer;
  throw new InvalidArgumentError("invalid buffer: C code can't reach a SharedArrayBuffer, only an ArrayBuffer");
}
