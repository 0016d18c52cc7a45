/** Making a heap in memory, and opening one that another context, or another engine, made there. */
import { CorruptionError, checkInteger, InvalidArgumentError, MAX_CAPACITY, type Memory } from "@ariax/allocator";
import { writeFixed } from "./fixed.ts";
import * as L from "./layout.ts";
import { addRun, isFree } from "./page-pool.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "./size-class.ts";
import { verifyHeap } from "./verify.ts";

/** The smallest heap: a control block and room for a slab of every length. */
export const MIN_CAPACITY = 65536;

/** Memory of its own. */
export interface OwnMemory {
  /** Bytes, control block included: rounded down to whole pages of 4 KiB; 64 KiB to 4 GiB − 64 KiB. */
  readonly capacity: number;
  /** Bytes it may grow to, by resizing its buffer; default: does not grow. */
  readonly maxCapacity?: number;
  /** A `SharedArrayBuffer`; default false. */
  readonly shared?: boolean;
}

/** Memory that exists. What lay there is overwritten. A resizable buffer is grown as needed, up to its maximum. */
export interface GivenMemory {
  readonly buffer: ArrayBufferLike;
  /** Where the heap may begin, in bytes; rounded up to a whole page. Default 0. */
  readonly byteOffset?: number;
  /** Bytes it may use from there on; default: all the buffer has or can grow to. */
  readonly byteLength?: number;
}

export type SlabOptions = OwnMemory | GivenMemory;

/** A heap's memory and the views of it that an engine works with. */
export class Heap implements Memory {
  readonly buffer: ArrayBufferLike;
  readonly words: Int32Array;
  #cells: Int32Array | undefined;

  constructor(buffer: ArrayBufferLike, base: number, words: number) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer, base, words);
  }

  /** All the memory, for copies; renewed when it has grown, in this context or in another. */
  get cells(): Int32Array {
    const length = Math.floor(this.buffer.byteLength / 4);
    if (this.#cells?.length !== length) this.#cells = new Int32Array(this.buffer, 0, length);
    return this.#cells;
  }
}

/** A new heap, everything free. O(pages). */
export function makeHeap(options: SlabOptions): Heap {
  const { buffer, base, pages, limit } = isGiven(options) ? givenMemory(options) : ownMemory(options);
  const layout = L.layoutOf(limit, 1);
  if (layout.first >= pages) {
    throw new InvalidArgumentError(`invalid capacity: the control block alone needs ${4 * layout.words} bytes`);
  }
  const heap = new Heap(buffer, base, layout.words);
  heap.words.fill(0);
  writeFixed(heap.words, base, limit, 1);
  heap.words[L.H_PAGES] = pages;
  clearHeap(heap.words);
  return heap;
}

/** The heap that begins at `byteOffset`; throws `CorruptionError` where there is none, or it is damaged. O(pages). */
export function openHeap(buffer: ArrayBufferLike, byteOffset = 0): Heap {
  checkBuffer(buffer);
  checkInteger("byteOffset", byteOffset, 0, buffer.byteLength);
  const base = Math.ceil(byteOffset / PAGE_SIZE) * PAGE_SIZE;
  const room = buffer.byteLength - base;
  if (room < MIN_CAPACITY) throw new CorruptionError(`no heap: ${Math.max(room, 0)} bytes are too few for one`);
  const header = new Int32Array(buffer, base, L.HEADER_WORDS);
  if (header[L.H_MAGIC] !== L.MAGIC) throw new CorruptionError(`no heap: no magic number at byte ${base}`);
  const version = header[L.H_VERSION];
  if (version !== L.VERSION) throw new CorruptionError(`heap of version ${version}: this engine has ${L.VERSION}`);
  const limit = header[L.H_LIMIT];
  if (limit < MIN_CAPACITY / PAGE_SIZE || limit > MAX_CAPACITY / PAGE_SIZE) {
    throw new CorruptionError(`header word ${L.H_LIMIT} is ${limit} pages`);
  }
  const lanes = header[L.H_LANES];
  if (lanes !== 1) throw new CorruptionError(`header word ${L.H_LANES} is ${lanes} lanes, this engine serves 1`);
  const pages = header[L.H_PAGES];
  const { words, first } = L.layoutOf(limit, lanes);
  if (pages <= first || pages > limit) throw new CorruptionError(`header word ${L.H_PAGES} is ${pages} pages`);
  if (room < pages * PAGE_SIZE) {
    throw new CorruptionError(`truncated: the heap has ${pages * PAGE_SIZE} bytes, ${room} are there`);
  }
  const heap = new Heap(buffer, base, words);
  if (heap.words[L.H_BASE] !== (base | 0) || base + limit * PAGE_SIZE > MAX_CAPACITY) {
    throw new CorruptionError(`header word ${L.H_BASE} is ${header[L.H_BASE]}, must be ${base}`);
  }
  verifyHeap(heap.words);
  return heap;
}

/** Ends every block's life: no slab, and one free run of all pages. O(pages). */
export function clearHeap(w: Int32Array): void {
  const pages = w[L.H_PAGES];
  const first = w[L.H_FIRST];
  for (let line = L.LINES; line < L.TABLE; line += L.LINE_WORDS) {
    w[line + L.C_WORD] = L.H_ZERO;
    w[line + L.C_BASE] = 0;
    w[line + L.C_SLAB] = 0;
    w[line + L.C_LIST] = 0;
  }
  w.fill(L.E_CONTROL, L.TABLE, L.TABLE + first);
  w.fill(L.E_FREE, L.TABLE + first, w[L.H_BINS]);
  w.fill(0, w[L.H_BINS], w[L.H_INFO]);
  addRun(w, first, pages - first);
  w[L.H_USED] = 0;
  w[L.H_CHECK] = pages ^ w[L.H_PEAK] ^ L.MAGIC;
}

/** May the heap have more pages one day? */
export function canGrow({ words: w, buffer }: Heap): boolean {
  return w[L.H_PAGES] < w[L.H_LIMIT] && maxByteLength(buffer) > (w[L.H_BASE] >>> 0) + w[L.H_PAGES] * PAGE_SIZE;
}

/**
 * Makes room at the end for a run of `pages`, aligned as for takeRun, by resizing the heap's buffer; false, and nothing
 * changed, where that can't be.
 */
export function growHeap(heap: Heap, pages: number, align: number): boolean {
  const w = heap.words;
  const now = w[L.H_PAGES];
  const most = w[L.H_LIMIT] - now;
  // The run can begin in the free pages at the end.
  const tail = isFree(w[L.TABLE + now - 1]) ? w[w[L.H_INFO] + ((now - 1) << L.INFO_SHIFT) + L.P_LENGTH] : 0;
  const skip = -(now - tail + (w[L.H_BASE] >>> PAGE_SHIFT)) & (align - 1);
  const need = Math.max(1, skip + pages - tail);
  if (need > most) return false;
  // Doubling keeps the number of resizes small; 64 MiB at a time at the most keeps the excess small.
  const more = Math.min(most, Math.max(need, Math.min(now, 16384)));
  const bytes = (w[L.H_BASE] >>> 0) + (now + more) * PAGE_SIZE;
  if (!resizeTo(heap.buffer, bytes)) return false;
  w[L.H_PAGES] = now + more;
  w[L.H_CHECK] = w[L.H_PAGES] ^ w[L.H_PEAK] ^ L.MAGIC;
  addRun(w, now, more);
  return true;
}

function isGiven(options: SlabOptions): options is GivenMemory {
  return "buffer" in options && options.buffer !== undefined;
}

interface Place {
  readonly buffer: ArrayBufferLike;
  readonly base: number;
  readonly pages: number;
  readonly limit: number;
}

function ownMemory({ capacity, maxCapacity = capacity, shared = false }: OwnMemory): Place {
  checkInteger("capacity", capacity, MIN_CAPACITY, MAX_CAPACITY);
  checkInteger("maxCapacity", maxCapacity, capacity, MAX_CAPACITY);
  const limit = Math.floor(maxCapacity / PAGE_SIZE);
  // The control block is as large as the largest heap needs.
  const pages = Math.min(limit, Math.max(Math.floor(capacity / PAGE_SIZE), L.layoutOf(limit, 1).first + 1));
  const options = limit > pages ? { maxByteLength: limit * PAGE_SIZE } : undefined;
  const type = shared ? SharedArrayBuffer : ArrayBuffer;
  return { buffer: new type(pages * PAGE_SIZE, options), base: 0, pages, limit };
}

function givenMemory({ buffer, byteOffset = 0, byteLength }: GivenMemory): Place {
  checkBuffer(buffer);
  checkInteger("byteOffset", byteOffset, 0, buffer.byteLength);
  const most = maxByteLength(buffer);
  const base = Math.ceil(byteOffset / PAGE_SIZE) * PAGE_SIZE;
  const end = Math.min(
    byteLength === undefined ? most : byteOffset + checkInteger("byteLength", byteLength, 0, most - byteOffset),
    MAX_CAPACITY,
  );
  if (end - base < MIN_CAPACITY) {
    throw new InvalidArgumentError(`invalid buffer: ${Math.max(end - base, 0)} bytes, a heap needs ${MIN_CAPACITY}`);
  }
  const limit = Math.floor((end - base) / PAGE_SIZE);
  // The control block is as large as the largest heap needs: a buffer that is too short for it must grow at once.
  const least = Math.min(limit, L.layoutOf(limit, 1).first + 1);
  const pages = Math.min(limit, Math.max(least, Math.floor((buffer.byteLength - base) / PAGE_SIZE)));
  if (!resizeTo(buffer, base + pages * PAGE_SIZE)) {
    throw new InvalidArgumentError(`invalid buffer: it can't be made ${base + pages * PAGE_SIZE} bytes long`);
  }
  return { buffer, base, pages, limit };
}

function checkBuffer(buffer: ArrayBufferLike): void {
  if (!(buffer instanceof ArrayBuffer || buffer instanceof SharedArrayBuffer)) {
    throw new InvalidArgumentError("invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer");
  }
}

function maxByteLength(buffer: ArrayBufferLike): number {
  // TypeScript declares it for each kind, not for either.
  return buffer instanceof ArrayBuffer ? buffer.maxByteLength : buffer.maxByteLength;
}

/** Makes a buffer at least so many bytes long; false where it can't be. */
function resizeTo(buffer: ArrayBufferLike, bytes: number): boolean {
  if (buffer.byteLength >= bytes) return true;
  if (maxByteLength(buffer) < bytes) return false;
  try {
    if (buffer instanceof ArrayBuffer) buffer.resize(bytes);
    else buffer.grow(bytes);
    return true;
  } catch {
    return false; // the system has no more
  }
}
