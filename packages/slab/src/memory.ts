/**
 * Where a heap's bytes are, and how they become more: an ordinary, shared or resizable buffer, or the memory of a
 * WebAssembly program, whose buffer is another object each time it has grown.
 */
import { checkInteger, InvalidArgumentError, isBuffer, isShared, MAX_CAPACITY, type Memory } from "@ariax/allocator";
import { layoutOf } from "./layout.ts";
import { PAGE_SIZE } from "./size-class.ts";

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

/** The memory of a WebAssembly program. */
export interface GivenWasmMemory {
  readonly memory: WasmMemory;
  /** Where the heap may begin, in bytes; rounded up to a whole page. Default 0. */
  readonly byteOffset?: number;
  /** Bytes it may use from there on: more than there are, and the memory grows as needed. Default: all there are now. */
  readonly byteLength?: number;
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

export function placeFor(options: SlabOptions): Place {
  if (typeof options !== "object" || options === null) {
    throw new InvalidArgumentError("invalid options: capacity, buffer or memory is needed");
  }
  if ("memory" in options && options.memory !== undefined) {
    const { memory, byteOffset = 0, byteLength } = options;
    if (!isWasmMemory(memory)) throw new InvalidArgumentError("invalid memory: not a WebAssembly.Memory");
    return givenPlace(growable(memory), byteOffset, byteLength ?? memory.buffer.byteLength - byteOffset);
  }
  if ("buffer" in options && options.buffer !== undefined) {
    return givenPlace(growable(options.buffer), options.byteOffset ?? 0, options.byteLength);
  }
  return ownPlace(options as OwnMemory);
}

function ownPlace({ capacity, maxCapacity = capacity, shared = false }: OwnMemory): Place {
  checkInteger("capacity", capacity, MIN_CAPACITY, MAX_CAPACITY);
  checkInteger("maxCapacity", maxCapacity, capacity, MAX_CAPACITY);
  const limit = Math.floor(maxCapacity / PAGE_SIZE);
  // The control block is as large as the largest heap needs.
  const pages = Math.min(limit, Math.max(Math.floor(capacity / PAGE_SIZE), layoutOf(limit, 1).first + 1));
  const options = limit > pages ? { maxByteLength: limit * PAGE_SIZE } : undefined;
  const type = shared ? SharedArrayBuffer : ArrayBuffer;
  return { memory: growable(new type(pages * PAGE_SIZE, options)), base: 0, pages, limit, zero: true };
}

function givenPlace(memory: Growable, byteOffset: number, byteLength: number | undefined): Place {
  checkInteger("byteOffset", byteOffset, 0, memory.buffer.byteLength);
  const most = memory.maxByteLength;
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
  const least = Math.min(limit, layoutOf(limit, 1).first + 1);
  const pages = Math.min(limit, Math.max(least, Math.floor((memory.buffer.byteLength - base) / PAGE_SIZE)));
  if (!memory.grow(base + pages * PAGE_SIZE)) {
    throw new InvalidArgumentError(`invalid buffer: it can't be made ${base + pages * PAGE_SIZE} bytes long`);
  }
  return { memory, base, pages, limit, zero: false };
}

/** A buffer, or a WebAssembly program's memory, as something that can become longer. */
export function growable(memory: ArrayBufferLike | WasmMemory): Growable {
  if (isBuffer(memory)) return new GrowableBuffer(memory);
  if (isWasmMemory(memory)) return new GrowableWasm(memory);
  throw new InvalidArgumentError("invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer");
}

function isWasmMemory(memory: unknown): memory is WasmMemory {
  const { buffer, grow } = (memory ?? {}) as Partial<WasmMemory>;
  return typeof grow === "function" && isBuffer(buffer);
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
    if (this.buffer.byteLength >= bytes) return true;
    if (this.maxByteLength < bytes) return false;
    try {
      if (isShared(this.buffer)) this.buffer.grow(bytes);
      else this.buffer.resize(bytes);
      return true;
    } catch {
      return false; // the system has no more
    }
  }
}

const WASM_PAGE = 65536;

class GrowableWasm implements Growable {
  readonly #memory: WasmMemory;
  /** The most that 32-bit addresses reach; the memory's own maximum can't be asked for. */
  readonly maxByteLength: number = 2 ** 32;

  constructor(memory: WasmMemory) {
    this.#memory = memory;
  }

  get buffer(): ArrayBufferLike {
    return this.#memory.buffer;
  }

  grow(bytes: number): boolean {
    const now = this.buffer.byteLength;
    if (now >= bytes) return true;
    try {
      this.#memory.grow(Math.ceil((bytes - now) / WASM_PAGE));
      return true;
    } catch {
      return false; // above the memory's maximum, or the system has no more
    }
  }
}
