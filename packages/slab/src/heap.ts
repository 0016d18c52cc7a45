/** Making a heap in memory, and opening one that another context, or another engine, made there. */
import {
  CorruptionError,
  DetachedError,
  InvalidArgumentError,
  MAX_CAPACITY,
  type Memory,
  type Offsets,
} from "@ariax/allocator";
import { bytes, checkInteger, present, type Words } from "@ariax/allocator/implement";
import { writeFixed } from "./fixed.ts";
import * as L from "./layout.ts";
import {
  type Growable,
  growable,
  MIN_CAPACITY,
  OR_MEMORY,
  type Place,
  placeFor,
  type SlabOptions,
  type WasmMemory,
} from "./memory.ts";
import { addRun, freeAt } from "./page-pool.ts";
import { CLASSES, PAGE_SHIFT, PAGE_SIZE } from "./size-class.ts";
import { verifyHeap } from "./verify.ts";

const PAGE_WORDS = PAGE_SIZE / 4;
/** VERSION of `lanes/layout.ts`, which stands on this package's other files. */
const LANES_VERSION = 3;

const WORDS: Words<Memory> = {
  name: () => "memory",
  parts: ({ buffer }) => [bytes(buffer.byteLength)],
  what: "a heap's memory",
  send: "post memory.buffer, in the transfer list unless it is shared",
};

/**
 * A heap's memory and the views of it that an engine works with.
 *
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 * @throws `DetachedError` once the memory is gone.
 */
export class Heap implements Memory {
  declare private readonly memory: Growable;
  declare private readonly base: number;
  declare private readonly wordCount: number;
  declare private control: Int32Array;
  declare private units: BigInt64Array;

  constructor(memory: Growable, base: number, words: number) {
    present(this, WORDS);
    this.memory = memory;
    this.base = base;
    this.wordCount = words;
    this.control = new Int32Array(memory.buffer, base, words);
    this.units = this.longer(0);
  }

  /** All the memory, as it is now. */
  get buffer(): ArrayBufferLike {
    return this.memory.buffer;
  }

  /** The control block. Once the memory has moved to another buffer, a view that was taken before is 0 words long. */
  get words(): Int32Array {
    const { control } = this;
    // No view of a heap is empty: this one's buffer has been detached, or made shorter.
    return control.length !== 0 ? control : this.renewed();
  }

  /**
   * The control block again, in a new view of the whole heap as long as it is now. No word of that is left once a byte of the heap is
   * gone: whoever works with it hands out nothing where no byte is.
   */
  get whole(): Int32Array {
    this.checkLength();
    // No shorter, whatever the words say: verify is to tell what is wrong with them.
    return new Int32Array(this.buffer, this.base, Math.max(this.wordCount, this.words[L.H_PAGES] * PAGE_WORDS));
  }

  private renewed(): Int32Array {
    const { buffer } = this.memory;
    if (buffer.byteLength === 0) throw new DetachedError(GONE);
    if (buffer.byteLength < this.base + 4 * this.wordCount) throw this.truncated(this.base + 4 * this.wordCount);
    return (this.control = new Int32Array(buffer, this.base, this.wordCount));
  }

  /** The memory from its start on, at least `end` units of 8 bytes, for copies. */
  cells(end: number): BigInt64Array {
    // Too short? It has grown, in this context or in another; a view of a buffer that was detached has no cells.
    return this.units.length >= end ? this.units : this.longer(end);
  }

  /** @throws `CorruptionError` where somebody has made the buffer shorter than the heap. */
  checkLength(): void {
    const end = this.base + this.words[L.H_PAGES] * PAGE_SIZE;
    if (this.buffer.byteLength < end) throw this.truncated(end);
  }

  /** @throws `InvalidArgumentError` for an array in the control block: a bulk call would read what it changes, or write what it works with. */
  checkApart(array: Offsets): void {
    const { byteOffset } = array;
    const { base, words } = this;
    const from = Math.max(byteOffset, base);
    if (from >= Math.min(byteOffset + array.byteLength, base + words.byteLength)) return;
    // Is it the same word there? Else it is another buffer, and that is not asked for: V8 has to make it for a small array.
    if ((array[(from - byteOffset) / 4] | 0) !== words[(from - base) / 4] || array.buffer !== this.buffer) return;
    throw new InvalidArgumentError(`invalid offsets: they lie at byte ${byteOffset}, in the heap's control block`);
  }

  private truncated(end: number): CorruptionError {
    return new CorruptionError(`truncated: the heap ends at byte ${end}, its buffer at ${this.buffer.byteLength}`);
  }

  private longer(end: number): BigInt64Array {
    const { buffer } = this.memory;
    const units = new BigInt64Array(buffer, 0, Math.floor(buffer.byteLength / 8));
    if (units.length < end) throw this.truncated(8 * end);
    return (this.units = units);
  }

  /** Bytes the memory can't be longer than. */
  get maxByteLength(): number {
    return this.memory.maxByteLength;
  }

  /** Makes the memory at least so many bytes long, and `words` may be another view then; false where it can't be. */
  grow(bytes: number): boolean {
    return this.memory.grow(bytes);
  }
}

const GONE =
  "the heap's memory is gone, its buffer was transferred or unmapped, or its WebAssembly.Memory has grown: attach to the memory, not to its buffer";

/** The heaps behind options: known by identity, so that nothing that a user makes is taken for one. */
const heaps: WeakMap<object, Heap> = /* @__PURE__ */ new WeakMap();

/** A heap that exists, as the options of a `SlabAllocator` over it. */
export function heapOptions(heap: Heap): SlabOptions {
  const options = {} as SlabOptions;
  heaps.set(options, heap);
  return options;
}

/** The heap behind options, or a new one where they say. */
export function heapFor(options: SlabOptions): Heap {
  return heaps.get(options) ?? makeHeap(placeFor(options));
}

/**
 * A new heap, everything free. O(limit); where the memory is zero already O(1): it writes to six pages at the most.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `CorruptionError` where what is there is damaged.
 * @throws `DetachedError` once the memory is gone.
 */
export function makeHeap({ memory, base, pages, limit, zero }: Place): Heap {
  const layout = L.layoutOf(limit, 1);
  if (layout.first >= pages) {
    throw new InvalidArgumentError(`invalid capacity: the control block alone needs ${4 * layout.words} bytes`);
  }
  const heap = new Heap(memory, base, layout.words);
  const w = heap.words;
  // What is zero already is not written: mapped memory is not committed by that.
  if (!zero) w.fill(0);
  writeFixed(w, base, limit, 1);
  w[L.H_PAGES] = pages;
  emptyHeap(w);
  return heap;
}

/**
 * The heap that begins at `byteOffset`. O(pages). `withLanes` is who opens one that has lanes: an error says so.
 *
 * @throws `CorruptionError` where there is none, or it is damaged.
 * @throws `InvalidArgumentError` for what is no buffer, and no memory.
 * @throws `DetachedError` for a buffer that was transferred.
 */
export function openHeap(where: ArrayBufferLike | WasmMemory, byteOffset = 0, withLanes = "SharedSlabAllocator"): Heap {
  const memory = growable(where, OR_MEMORY);
  const { buffer } = memory;
  checkInteger("byteOffset", byteOffset, 0, buffer.byteLength);
  const base = Math.ceil(byteOffset / PAGE_SIZE) * PAGE_SIZE;
  const room = buffer.byteLength - base;
  // A page of the control block and one of blocks: a heap that grows may begin as short as that.
  if (room < 2 * PAGE_SIZE) throw new CorruptionError(`no heap: ${Math.max(room, 0)} bytes are too few for one`);
  const header = new Int32Array(buffer, base, L.HEADER_WORDS);
  if (header[L.H_MAGIC] !== L.MAGIC) throw new CorruptionError(`no heap: no magic number at byte ${base}`);
  const version = header[L.H_VERSION];
  if (version !== L.VERSION) {
    const what =
      version === LANES_VERSION ? `a heap with lanes, ${withLanes} opens it` : `this engine has ${L.VERSION}`;
    throw new CorruptionError(`heap of version ${version}: ${what}`);
  }
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
  const heap = new Heap(memory, base, words);
  if (heap.words[L.H_BASE] !== (base | 0) || base + limit * PAGE_SIZE > MAX_CAPACITY) {
    throw new CorruptionError(`header word ${L.H_BASE} is ${header[L.H_BASE]}, must be ${base}`);
  }
  verifyHeap(heap.words);
  return heap;
}

/** Ends every block's life: no slab, and one free run of all pages. O(pages). */
export function clearHeap(w: Int32Array): void {
  w.fill(L.E_FREE, L.TABLE, L.TABLE + w[L.H_PAGES]);
  w.fill(0, w[L.H_BINS], w[L.H_INFO]);
  emptyHeap(w);
}

/** The same where page table and bins are zero. */
function emptyHeap(w: Int32Array): void {
  const pages = w[L.H_PAGES];
  const first = w[L.H_FIRST];
  for (let c = 0; c < CLASSES; c++) {
    const line = L.LINES + (c << L.LINE_SHIFT);
    w[line + L.C_TOP] = w[line + L.C_BOTTOM];
    w[line + L.C_WORD] = L.H_ZERO;
    w[line + L.C_BASE] = w[line + L.C_LIST] = w[line + L.C_PAGES] = 0;
  }
  // What lies before the first page is not free: that is all that the pool asks. Entry 0 says as well that no block begins there.
  w[L.TABLE + first - 1] = L.E_CONTROL;
  addRun(w, 0, first, pages - first);
  w[L.H_USED] = 0;
  w[L.H_TRIM] = L.TRIM_LEAST;
  w[L.H_CHECK] = pages ^ w[L.H_PEAK] ^ L.MAGIC;
}

/** May the heap have more pages one day? */
export function canGrow({ words: w, maxByteLength }: Heap): boolean {
  return w[L.H_PAGES] < w[L.H_LIMIT] && maxByteLength > (w[L.H_BASE] >>> 0) + w[L.H_PAGES] * PAGE_SIZE;
}

/**
 * Makes room at the end for a run of `pages`, aligned as for takeRun, by making the heap's memory longer; false, and
 * nothing changed, where that can't be. `heap.words` may be another view then.
 */
export function growHeap(heap: Heap, pages: number, align: number): boolean {
  const w = heap.words;
  const now = w[L.H_PAGES];
  const most = w[L.H_LIMIT] - now;
  // The run can begin in the free pages at the end.
  const tail = freeAt(w, 0, now - 1);
  const skip = -(now - tail + (w[L.H_BASE] >>> PAGE_SHIFT)) & (align - 1);
  const need = Math.max(1, skip + pages - tail);
  if (need > most) return false;
  // Doubling keeps the number of resizes small; 64 MiB at a time at the most keeps the excess small.
  const more = Math.min(most, Math.max(need, Math.min(now, 16384)));
  return growBy(heap, more) || (more > need && growBy(heap, need));
}

/** The same by so many pages: where the most that is useful is refused, the least that is needed may not be. */
function growBy(heap: Heap, more: number): boolean {
  const w = heap.words;
  const now = w[L.H_PAGES];
  if (!heap.grow((w[L.H_BASE] >>> 0) + (now + more) * PAGE_SIZE)) return false;
  const grown = heap.words;
  grown[L.H_PAGES] = now + more;
  grown[L.H_CHECK] = (now + more) ^ grown[L.H_PEAK] ^ L.MAGIC;
  addRun(grown, 0, now, more);
  return true;
}
