/** Making a heap with lanes in memory, opening one that another thread made there, and making it longer. */
import { CorruptionError, HostMemoryError, InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import { checkInteger, newBuffer } from "@ariax/allocator/implement";
import { Heap } from "../heap.ts";
import * as H from "../layout.ts";
import { type Growable, growable, OR_MEMORY, readPlace, type WasmMemory } from "../memory.ts";
import { freeAt } from "../page-pool.ts";
import { PAGE_SIZE } from "../size-class.ts";
import * as L from "./layout.ts";
import { forgetAll } from "./repair.ts";
import { firstOf } from "./territory.ts";

/** How many threads at once, where nothing is said. */
const DEFAULT_LANES = 8;

/** Where a heap with lanes lies, and for how many threads. */
export interface SharedOptions {
  /** Bytes of a `SharedArrayBuffer` of its own, control block included; up to 4 GiB − 64 KiB. Rounded down to whole territories of 32 to 128 KiB. */
  readonly capacity?: number | undefined;
  /** Bytes that it may grow to; default: it does not grow. */
  readonly maxCapacity?: number | undefined;
  /** A shared `WebAssembly.Memory` instead, which is grown as needed up to `byteOffset + byteLength`. What lay there is overwritten. */
  readonly memory?: WasmMemory | undefined;
  /** A `SharedArrayBuffer`, or the buffer of a shared mapping, instead. What lay there is overwritten. */
  readonly buffer?: ArrayBufferLike | undefined;
  /** Where in it the heap may begin, in bytes; rounded up to a whole page. Default 0. */
  readonly byteOffset?: number | undefined;
  /** Bytes it may use from there on; default: all there are, or a buffer can grow to. */
  readonly byteLength?: number | undefined;
  /** Threads that may use it at the same time: 1 to 63, from 1 GiB on to 31, from 2 GiB on to 15. Default 8. */
  readonly lanes?: number | undefined;
}

/**
 * A new heap with lanes. O(limit); over memory of its own, or `zero`, where nothing was ever written, O(lanes).
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `CorruptionError` where what is there is damaged.
 * @throws `DetachedError` once the memory is gone.
 */
export function makeShared(options: SharedOptions, zero = false): Heap {
  const read = readPlace(options, ["buffer", "lanes"]) as SharedOptions;
  const { capacity, maxCapacity = capacity, memory, buffer, byteOffset = 0, byteLength, lanes = DEFAULT_LANES } = read;
  const where = memory ?? buffer;
  if (where === undefined) {
    checkInteger("capacity", capacity as number, 0, MAX_CAPACITY);
    checkInteger("maxCapacity", maxCapacity as number, capacity as number, MAX_CAPACITY);
    const limit = limitOf(maxCapacity as number);
    const layout = layoutFor(limit, lanes);
    const pages = pagesOf(capacity as number, limit, layout);
    const own = newBuffer(pages * PAGE_SIZE, true, limit * PAGE_SIZE);
    return fill(growable(own), 0, pages, limit, lanes, true);
  }
  const given = growable(where);
  checkInteger("byteOffset", byteOffset, 0, given.buffer.byteLength);
  const most = memory !== undefined && byteLength === undefined ? given.buffer.byteLength : given.maxByteLength;
  const base = Math.ceil(byteOffset / PAGE_SIZE) * PAGE_SIZE;
  const last =
    byteLength === undefined ? most : byteOffset + checkInteger("byteLength", byteLength, 0, most - byteOffset);
  const limit = limitOf(Math.max(0, Math.min(last, MAX_CAPACITY) - base));
  const layout = layoutFor(limit, lanes);
  const pages = pagesOf(given.buffer.byteLength - base, limit, layout);
  if (!given.grow(base + pages * PAGE_SIZE)) {
    const bytes = base + pages * PAGE_SIZE;
    // Memory that was made for it: what it can't be made to hold, the host has no room for.
    if (zero) throw new HostMemoryError(bytes);
    throw new InvalidArgumentError(`invalid buffer: it can't be made ${bytes} bytes long`);
  }
  return fill(given, base, pages, limit, lanes, zero);
}

/** Pages of so many bytes, in whole territories. */
function limitOf(bytes: number): number {
  const pages = Math.floor(bytes / PAGE_SIZE);
  const territory = 1 << L.territoryShift(pages);
  return pages - (pages % territory);
}

/**
 * Pages of the control block of a heap over so many bytes.
 *
 * @throws `InvalidArgumentError` where there can't be one.
 */
export function sharedFirst(bytes: number, lanes: number = DEFAULT_LANES): number {
  return layoutFor(limitOf(bytes), lanes).first;
}

/** The layout of a heap, where there can be one. */
function layoutFor(limit: number, lanes: number): L.LaneLayout {
  checkInteger("lanes", lanes, 1, limit > 0 ? L.mostLanes(limit) : L.MOST_LANES);
  const layout = L.laneLayoutOf(limit, lanes);
  if (!hasRoom(limit, layout)) {
    throw new InvalidArgumentError(
      `invalid capacity: ${limit * PAGE_SIZE} bytes, a heap with ${lanes} lanes needs ${leastLimit(lanes) * PAGE_SIZE}`,
    );
  }
  return layout;
}

/** Is there a territory beside the control block? */
function hasRoom(limit: number, { first, territory }: L.LaneLayout): boolean {
  return limit >= first + (1 << territory);
}

/** Pages of the shortest heap with so many lanes. */
function leastLimit(lanes: number): number {
  let limit = 0;
  do limit += 1 << L.territoryShift(limit);
  while (!hasRoom(limit, L.laneLayoutOf(limit, lanes)));
  return limit;
}

/** Pages that a heap begins with, for so many bytes: in whole territories, and one at least that is not the control block's. */
function pagesOf(bytes: number, limit: number, { first, territory }: L.LaneLayout): number {
  const least = (((first - 1) >>> territory) + 2) << territory;
  return Math.min(limit, Math.max(least, Math.floor(bytes / (PAGE_SIZE << territory)) << territory));
}

function fill(memory: Growable, base: number, pages: number, limit: number, lanes: number, zero: boolean): Heap {
  const layout = L.laneLayoutOf(limit, lanes);
  const heap = new Heap(memory, base, layout.words);
  const w = heap.words;
  if (!zero) w.fill(0);
  L.writeFixed(w, base, limit, lanes);
  w[H.H_PAGES] = pages;
  w[L.H_TOKEN] = 1;
  w.fill(L.CONTROL, layout.own, layout.own + (layout.first >>> layout.territory));
  for (let i = 0; i < lanes; i++) forgetAll(w, L.laneAt(w, i));
  clearShared(w);
  // Written last: who opens the heap sooner finds none.
  Atomics.store(w, H.H_MAGIC, H.MAGIC);
  return heap;
}

/** Ends every block's life: no territory is any lane's. O(limit). */
export function clearShared(w: Int32Array): void {
  const { first, territory } = L.laneLayoutOf(w[H.H_LIMIT], w[H.H_LANES]);
  // The order is that of what a thread that is killed in it may leave: pages of no block first, the pool's last.
  w.fill(H.E_FREE, H.TABLE + first, H.TABLE + w[H.H_PAGES]);
  w[H.TABLE + first - 1] = H.E_CONTROL;
  const own = w[L.H_OWN];
  for (let t = first >>> territory; t < w[H.H_PAGES] >>> territory; t++) {
    if (w[own + t] === 0) continue;
    w.fill(
      0,
      w[H.H_REMOTE] + ((t << territory) << H.BITS_SHIFT),
      w[H.H_REMOTE] + (((t + 1) << territory) << H.BITS_SHIFT),
    );
    w[own + t] = 0;
  }
  w[L.H_HINT] = first >>> territory;
  for (let i = 0; i < w[H.H_LANES]; i++) {
    const lane = L.laneAt(w, i);
    if (w[lane + L.H_HAVE] !== 0) forgetAll(w, lane);
    w[lane + L.H_OP] = w[lane + L.H_LATE] = 0;
    w[lane + H.H_CHECK] = w[lane + H.H_PEAK] ^ H.MAGIC;
  }
}

/**
 * The heap with lanes that begins at `byteOffset`. O(lanes). `withoutLanes` is who opens one that has none: an error says so.
 *
 * @throws `CorruptionError` where there is none.
 * @throws `InvalidArgumentError` for what is no buffer, and no memory.
 * @throws `DetachedError` for a buffer that was transferred.
 */
export function openShared(where: ArrayBufferLike | WasmMemory, byteOffset = 0, withoutLanes = "SlabAllocator"): Heap {
  const memory = growable(where, OR_MEMORY);
  const { buffer } = memory;
  checkInteger("byteOffset", byteOffset, 0, buffer.byteLength);
  const base = Math.ceil(byteOffset / PAGE_SIZE) * PAGE_SIZE;
  const room = buffer.byteLength - base;
  if (room < 2 * PAGE_SIZE) throw new CorruptionError(`no heap: ${Math.max(room, 0)} bytes are too few for one`);
  const header = new Int32Array(buffer, base, H.HEADER_WORDS);
  if (Atomics.load(header, H.H_MAGIC) !== H.MAGIC) {
    throw new CorruptionError(`no heap: no magic number at byte ${base}`);
  }
  const version = header[H.H_VERSION];
  if (version !== L.VERSION) {
    const what =
      version === H.VERSION ? `a heap without lanes, ${withoutLanes} opens it` : `one with lanes has ${L.VERSION}`;
    throw new CorruptionError(`heap of version ${version}: ${what}`);
  }
  const limit = header[H.H_LIMIT];
  const lanes = header[H.H_LANES];
  if (limit < 1 || limit > MAX_CAPACITY / PAGE_SIZE || limit !== limitOf(limit * PAGE_SIZE)) {
    throw new CorruptionError(`header word ${H.H_LIMIT} is ${limit} pages`);
  }
  if (lanes < 1 || lanes > L.mostLanes(limit)) throw new CorruptionError(`header word ${H.H_LANES} is ${lanes} lanes`);
  const { words, first } = L.laneLayoutOf(limit, lanes);
  // Read before the length is: another thread may be making the heap longer, and its length is said last.
  const pages = Atomics.load(header, H.H_PAGES);
  if (pages <= first || pages > limit) throw new CorruptionError(`header word ${H.H_PAGES} is ${pages} pages`);
  const now = memory.buffer.byteLength - base;
  if (now < pages * PAGE_SIZE) {
    throw new CorruptionError(`truncated: the heap has ${pages * PAGE_SIZE} bytes, ${now} are there`);
  }
  // Of a shared WebAssembly.Memory, which is frozen: what that has once it has grown is in another buffer. (A copy of a buffer that grows just does not grow.)
  if (memory.maxByteLength < base + limit * PAGE_SIZE && Object.isFrozen(buffer)) {
    throw new InvalidArgumentError(
      `invalid buffer: it ends at byte ${memory.maxByteLength}, the heap may grow to ${base + limit * PAGE_SIZE}; attach by its WebAssembly.Memory`,
    );
  }
  const heap = new Heap(memory, base, words);
  if (header[H.H_BASE] !== (base | 0) || base + limit * PAGE_SIZE > MAX_CAPACITY) {
    throw new CorruptionError(`header word ${H.H_BASE} is ${header[H.H_BASE]}, must be ${base}`);
  }
  L.checkFixed(heap.words);
  return heap;
}

/**
 * Makes the heap longer, so that a lane can have `pages` side by side at its end; false where it can't be. Any lane may, at any time: the
 * length goes up by compare-exchange.
 */
export function growShared(heap: Heap, lane: number, pages: number): boolean {
  const w = heap.words;
  const territory = 1 << w[L.H_TERRITORY];
  for (let now = Atomics.load(w, H.H_PAGES); ; ) {
    const need = Math.ceil(Math.max(1, pages - tail(w, lane, now)) / territory) * territory;
    const most = w[H.H_LIMIT] - now;
    if (need > most) return false;
    const more = Math.min(most, Math.max(need, Math.min(now - (now % territory), 16384)));
    const grown = [more, need].find((count) => heap.grow((w[H.H_BASE] >>> 0) + (now + count) * PAGE_SIZE));
    if (grown === undefined) return false;
    const found = Atomics.compareExchange(w, H.H_PAGES, now, now + grown);
    // Was another quicker? Then there may be room.
    if (found === now || found >= now + need) return true;
    now = found;
  }
}

/** Pages at the heap's end that a lane has free, or can claim. */
function tail(w: Int32Array, lane: number, end: number): number {
  let t = end >>> w[L.H_TERRITORY];
  while (t > 0 && w[w[L.H_OWN] + t - 1] === 0) t--;
  const first = firstOf(w, t);
  return end - first + freeAt(w, lane, first - 1);
}
