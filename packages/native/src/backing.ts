/**
 * What a heap lies on, for the allocators of both engines: perhaps a region, which takes the RAM of free pages back.
 *
 *     free ──▶ gave() ──▶ is a timer running? ─no─▶ one, of purgeDelay ──▶ purge the free runs of 64 KiB and more
 *              O(1), no system call, no garbage
 *
 * Between two purges a run may have been used and freed again, or not at all: the heap doesn't tell, without a word more on
 * the hot path. So every long free run is purged again, but only after some page was freed.
 * tried: purging anew what is purged already; measured: 3 µs for 1 MiB, 0.2 ms for 1 GiB, at most once in purgeDelay.
 */
import { checkInteger, InvalidArgumentError } from "@ariax/allocator";
import { freeRuns, type Heap, PAGE_SIZE } from "@ariax/slab/engine";
import { addon, type HeapHandle } from "./addon.ts";
import type { Region } from "./region.ts";

/** Milliseconds from the first free of pages until they are purged. */
export const PURGE_DELAY = 1000;
/** The most that a timer can wait. */
const MAX_DELAY = 2 ** 31 - 1;
/** Pages of the shortest run that is purged unasked: shorter ones are soon used again, and cost a call each. */
const WORTH_PURGING = 16;

export class Backing {
  /** Where the heap lies, if that is a region. */
  readonly region: Region | undefined;
  readonly #heap: Heap;
  /** Was the region mapped for this heap? */
  readonly #own: boolean;
  readonly #delay: number;
  /** Will a purge come? */
  #due = false;
  #timer: NodeJS.Timeout | undefined;
  #handle: HeapHandle | undefined;
  /** The buffer that `#handle` is for. */
  #handled: ArrayBufferLike | undefined;

  constructor(heap: Heap, region: Region | undefined, own: boolean, delay: number = PURGE_DELAY) {
    if (delay !== Number.POSITIVE_INFINITY) checkInteger("purgeDelay", delay, 0, MAX_DELAY);
    this.region = region;
    this.#heap = heap;
    this.#own = own;
    this.#delay = this.returnsMemory ? delay : Number.POSITIVE_INFINITY;
  }

  /** Can free pages go back to the system? */
  get returnsMemory(): boolean {
    return this.region !== undefined && this.region.kind !== "ordinary";
  }

  /** Pages became free. O(1). */
  gave(): void {
    if (!this.#due && this.#delay !== Number.POSITIVE_INFINITY) this.#wait();
  }

  #wait(): void {
    this.#due = true;
    if (this.#delay === 0) queueMicrotask(this.#purgeDue);
    else if (this.#timer !== undefined) this.#timer.refresh();
    else this.#timer = setTimeout(this.#purgeDue, this.#delay).unref();
  }

  readonly #purgeDue = (): void => {
    this.#due = false;
    if (this.region!.mapped) this.#sweep(WORTH_PURGING);
  };

  #sweep(least: number): void {
    const { words } = this.#heap;
    for (const { page, pages } of freeRuns(words, least)) {
      this.region?.purge(words.byteOffset + page * PAGE_SIZE, pages * PAGE_SIZE);
    }
  }

  purge(): number {
    void this.#heap.words; // throws where the memory is gone
    if (!this.returnsMemory) return 0;
    const before = this.region!.resident();
    this.#sweep(1);
    return Math.max(0, before - this.region!.resident());
  }

  get handle(): HeapHandle {
    const { words, buffer } = this.#heap;
    if (this.#handle === undefined || this.#handled !== buffer) {
      this.#handle = addon().handle(checkUnshared(buffer), words.byteOffset);
      this.#handled = buffer;
    }
    return this.#handle;
  }

  unmap(): void {
    if (this.region === undefined) throw new InvalidArgumentError("invalid call: the heap lies in no region");
    clearTimeout(this.#timer);
    this.region.unmap();
  }

  dispose(): void {
    if (this.#own && this.region!.mapped) this.unmap();
  }
}

/** The buffer, if C code can reach it. */
export function checkUnshared(buffer: ArrayBufferLike): ArrayBuffer {
  if (buffer instanceof ArrayBuffer) return buffer;
  throw new InvalidArgumentError("invalid buffer: C code can't reach a SharedArrayBuffer, only an ArrayBuffer");
}
