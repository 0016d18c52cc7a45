/**
 * Where a heap's bytes are, and how they become more: an ordinary, shared or resizable buffer, or the memory of a
 * WebAssembly program, whose buffer is another object each time it has grown.
 */
import { InvalidArgumentError, MAX_CAPACITY, type Memory } from "@ariax/allocator";
import {
  checkAlone,
  checkBoolean,
  checkBuffer,
  checkInteger,
  checkOptions,
  isBuffer,
  isShared,
  newBuffer,
  readOptions,
  show,
  tagOf,
} from "@ariax/allocator/implement";
import { layoutOf } from "./layout.ts";
import { PAGE_SIZE } from "./size-class.ts";

/** The smallest heap: a control block and room for a slab of every length. */
export const MIN_CAPACITY = 65536;

/** Memory of its own. */
export interface OwnMemory {
  /** Bytes, control block included: rounded down to whole pages of 4 KiB; 64 KiB to 4 GiB − 64 KiB. */
  readonly capacity: number;
  /** Bytes it may grow to, by resizing its buffer; default: does not grow. */
  readonly maxCapacity?: number | undefined;
  /** A `SharedArrayBuffer`; default false. */
  readonly shared?: boolean | undefined;
}

/** Memory that exists. What lay there is overwritten. A resizable buffer is grown as needed, up to its maximum. */
export interface GivenMemory {
  readonly buffer: ArrayBufferLike;
  /** Where the heap may begin, in bytes; rounded up to a whole page. Default 0. */
  readonly byteOffset?: number | undefined;
  /** Bytes it may use from there on; default: all the buffer has or can grow to. */
  readonly byteLength?: number | undefined;
}

/** The memory of a WebAssembly program. */
export interface GivenWasmMemory {
  readonly memory: WasmMemory;
  /** Where the heap may begin, in bytes; rounded up to a whole page. Default 0. */
  readonly byteOffset?: number | undefined;
  /** Bytes it may use from there on: more than there are, and the memory grows as needed. Default: all there are now. */
  readonly byteLength?: number | undefined;
}

export type SlabOptions = OwnMemory | GivenMemory | GivenWasmMemory;

/** What of a `WebAssembly.Memory` is needed. */
export interface WasmMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** A memory that can become longer. */
export interface Growable extends Memory {
  /** Bytes that it can't be longer than; it may refuse before. */
  readonly maxByteLength: number;
  /** Makes it at least so many bytes long; false, and nothing changed, where it can't be. */
  grow(bytes: number): boolean;
}

/** Where a new heap is to lie. */
export interface Place {
  readonly memory: Growable;
  readonly base: number;
  readonly pages: number;
  readonly limit: number;
  /** Nothing was ever written there. */
  readonly zero: boolean;
}

/** What `SlabOptions` may have. */
const OWN = ["capacity", "maxCapacity", "shared"];
const PART = ["byteOffset", "byteLength"];

/**
 * The options that say where a heap is to lie, and `more`, read once: unknown and contradictory ones are refused.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function readPlace<T extends object>(options: T, more: readonly string[]): T {
  const known = [...OWN, ...PART, "memory", ...more];
  if (!more.includes("lanes") && Object.hasOwn(checkOptions(options), "lanes")) {
    const other = more.includes("module") ? "SharedWasmAllocator" : "SharedSlabAllocator";
    throw new InvalidArgumentError(`unknown option: "lanes" is one of ${other}`);
  }
  const read = readOptions(options, known);
  checkAlone(read, "memory", [...OWN, "buffer"]);
  checkAlone(read, "buffer", OWN);
  checkAlone(read, "capacity", PART);
  return read;
}

/**
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `DetachedError` for a buffer that was transferred.
 * @throws `HostMemoryError`, `UnsupportedError` as `newBuffer`.
 */
export function placeFor(options: SlabOptions): Place {
  if (typeof options !== "object" || options === null) {
    throw new InvalidArgumentError(`invalid options: ${show(options)} is no object with capacity, buffer or memory`);
  }
  const read = readPlace(options, ["buffer"]) as Partial<OwnMemory & GivenMemory & GivenWasmMemory>;
  const { memory, buffer } = read;
  if (memory !== undefined) {
    if (!isWasmMemory(memory)) throw new InvalidArgumentError("invalid memory: not a WebAssembly.Memory");
    const where = growable(memory);
    return givenPlace(where, read, where.buffer.byteLength);
  }
  return buffer === undefined ? ownPlace(read as OwnMemory) : givenPlace(growable(buffer), read, MAX_CAPACITY);
}

function ownPlace({ capacity, maxCapacity = capacity, shared = false }: OwnMemory): Place {
  checkInteger("capacity", capacity, MIN_CAPACITY, MAX_CAPACITY);
  checkInteger("maxCapacity", maxCapacity, capacity, MAX_CAPACITY);
  checkBoolean("shared", shared);
  const limit = Math.floor(maxCapacity / PAGE_SIZE);
  // The control block is as large as the largest heap needs.
  const pages = Math.min(limit, Math.max(Math.floor(capacity / PAGE_SIZE), layoutOf(limit, 1).first + 1));
  const buffer = newBuffer(pages * PAGE_SIZE, shared, limit * PAGE_SIZE);
  return { memory: growable(buffer), base: 0, pages, limit, zero: true };
}

/** In a memory that exists: up to byte `last`, where no length is given. */
function givenPlace(
  memory: Growable,
  { byteOffset = 0, byteLength }: Pick<GivenMemory, "byteOffset" | "byteLength">,
  last: number,
): Place {
  checkInteger("byteOffset", byteOffset, 0, memory.buffer.byteLength);
  const most = memory.maxByteLength;
  const base = Math.ceil(byteOffset / PAGE_SIZE) * PAGE_SIZE;
  const end = Math.min(
    byteLength === undefined ? last : byteOffset + checkInteger("byteLength", byteLength, 0, most - byteOffset),
    most,
    MAX_CAPACITY,
  );
  if (end - base < MIN_CAPACITY) {
    throw new InvalidArgumentError(`invalid buffer: ${Math.max(end - base, 0)} bytes, a heap needs ${MIN_CAPACITY}`);
  }
  const limit = Math.floor((end - base) / PAGE_SIZE);
  // The control block is as large as the largest heap needs: a buffer that is too short for it must grow at once.
  const least = Math.min(limit, layoutOf(limit, 1).first + 1);
  const pages = Math.min(limit, Math.max(least, Math.floor((memory.buffer.byteLength - base) / PAGE_SIZE)));
  if (!memory.grow(base + pages * PAGE_SIZE)) {
    throw new InvalidArgumentError(`invalid buffer: it can't be made ${base + pages * PAGE_SIZE} bytes long`);
  }
  return { memory, base, pages, limit, zero: false };
}

/**
 * A buffer, or a WebAssembly program's memory, as something that can become longer. Throws as `checkBuffer`; `more` says what else would do.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `DetachedError` once the memory is gone.
 */
export function growable(memory: ArrayBufferLike | WasmMemory, more?: string): Growable {
  if (!isWasmMemory(memory)) return new GrowableBuffer(checkBuffer(memory, more));
  checkBuffer(memory.buffer);
  if (takesBigints(memory)) {
    throw new InvalidArgumentError("invalid memory: it has 64-bit addresses, a heap's are 32 bits long");
  }
  return new GrowableWasm(memory);
}

function isWasmMemory(memory: unknown): memory is WasmMemory {
  try {
    const { buffer, grow } = memory as Partial<WasmMemory>;
    return typeof grow === "function" && isBuffer(buffer);
  } catch {
    return false; // nothing at all, or the proxy of a memory, which has no buffer
  }
}

/**
 * Does a `WebAssembly.Memory` count its pages in bigints? More pages than any memory has are refused by either kind: by the one
 * for their number, by the other for their type. So nothing changes; `grow(0)` would make the buffer another one.
 */
function takesBigints(memory: WasmMemory): boolean {
  if (tagOf(memory) !== "WebAssembly.Memory") return false;
  try {
    memory.grow(2 ** 32 - 1);
  } catch (error) {
    return (error as Error | undefined)?.name === "TypeError";
  }
  return false;
}

/** What `attach` takes beside buffers. */
export const OR_MEMORY = ", nor a WebAssembly.Memory";
const WASM_PAGE = 65536;

/** Is it, or can it be made, so many bytes long? */
function isLonger(memory: Memory, bytes: number, grow: () => unknown): boolean {
  if (memory.buffer.byteLength >= bytes) return true;
  try {
    grow();
  } catch {
    // Above its maximum, in steps that it does not grow by, or the system has no more; or another thread was quicker.
  }
  return memory.buffer.byteLength >= bytes;
}

class GrowableBuffer implements Growable {
  readonly buffer: ArrayBufferLike;

  constructor(buffer: ArrayBufferLike) {
    this.buffer = buffer;
  }

  get maxByteLength(): number {
    // TypeScript declares it for each kind, not for either; older browsers have neither.
    return (this.buffer as ArrayBuffer).maxByteLength ?? this.buffer.byteLength;
  }

  grow(bytes: number): boolean {
    const { buffer, maxByteLength } = this;
    const resize = (length: number) => (isShared(buffer) ? buffer.grow(length) : buffer.resize(length));
    // The buffer of a WebAssembly program grows by whole pages of such only: `toResizableBuffer`.
    const paged = Math.min(Math.ceil(bytes / WASM_PAGE) * WASM_PAGE, maxByteLength);
    if (maxByteLength < bytes) return false;
    return isLonger(this, bytes, () => resize(bytes)) || isLonger(this, bytes, () => resize(paged));
  }
}

class GrowableWasm implements Growable {
  declare private readonly memory: WasmMemory;
  /** The most that 32-bit addresses reach; the memory's own maximum can't be asked for. */
  readonly maxByteLength: number = 2 ** 32;

  constructor(memory: WasmMemory) {
    this.memory = memory;
  }

  get buffer(): ArrayBufferLike {
    return this.memory.buffer;
  }

  grow(bytes: number): boolean {
    const { memory } = this;
    return isLonger(memory, bytes, () => memory.grow(Math.ceil((bytes - memory.buffer.byteLength) / WASM_PAGE)));
  }
}
