/** Where a context's bytes are: a run of whole pages, in memory of its own, in a given one, or in that of its parent. */
import {
  CorruptionError,
  DetachedError,
  InvalidArgumentError,
  MAX_CAPACITY,
  type Memory,
  type Offset,
} from "@ariax/allocator";
import { checkBuffer, checkInteger, disposeSymbol, isBuffer, newBuffer } from "@ariax/allocator/implement";
import { PAGE_SIZE } from "@ariax/slab";
import { type Growable, type Heap, makeHeap } from "@ariax/slab/engine";

export interface Place {
  readonly memory: Growable;
  readonly base: Offset;
  /** A multiple of 4096. */
  readonly bytes: number;
  /** The most that the quota can become. */
  readonly most: number;
  /** Nothing was ever written there. */
  readonly fresh: boolean;
  /** It is no part of the parent's memory. */
  readonly separate: boolean;
  /** Another context, in another thread, has lent them: they are not wiped, nor given back. */
  readonly borrowed: boolean;
  /** Gives the bytes back to whoever they are from. */
  readonly giveBack: () => void;
}

/** Memory that a user's function gives. It is asked for the buffer again and again, as that may become another one. */
export interface SeparateMemory extends Memory {
  /** Where the context may begin: a multiple of 4096. Default 0. */
  readonly byteOffset?: number | undefined;
  /** Bytes from there on that it may use. Default: all. A view of a buffer is such a memory, too. */
  readonly byteLength?: number | undefined;
}

/** A memory of which a part is used, and which nobody makes longer from here. */
class Window implements Growable {
  declare private readonly memory: Memory;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** As `Core` has: what it looks through may be anyone's, and is none of a proxy's. */
  get [Symbol.toStringTag](): string {
    return "Window";
  }

  get buffer(): ArrayBufferLike {
    return this.memory.buffer;
  }

  get maxByteLength(): number {
    return this.buffer.byteLength;
  }

  grow(bytes: number): boolean {
    return bytes <= this.buffer.byteLength;
  }
}

/** A part of a memory that exists. */
export function partOf(memory: Memory, base: Offset, bytes: number, giveBack: () => void): Place {
  const window = memory instanceof Window ? memory : new Window(memory);
  return { memory: window, base, bytes, most: bytes, fresh: false, separate: false, borrowed: false, giveBack };
}

/** A new buffer. */
export function ownPlace(bytes: number, shared: boolean): Place {
  const memory = new Window({ buffer: newBuffer(bytes, shared) });
  return { memory, base: 0, bytes, most: bytes, fresh: true, separate: true, borrowed: false, giveBack: () => {} };
}

/** The bytes of a context that another thread has lent. Its quota can't become larger than it was lent with. */
export function borrowedPlace(memory: Growable, base: Offset, bytes: number, most: number): Place {
  return { memory, base, bytes, most, fresh: false, separate: true, borrowed: true, giveBack: () => {} };
}

/** What `make` returns, if it is long enough; else throws, and it is released. */
export function separatePlace(make: (bytes: number) => SeparateMemory, bytes: number): Place {
  const memory = make(bytes);
  const giveBack = () => release(memory);
  try {
    const buffer = memory?.buffer;
    if (!isBuffer(buffer)) throw new InvalidArgumentError("invalid memory: what the function returned has no buffer");
    checkBuffer(buffer);
    const { byteOffset: base = 0, byteLength = buffer.byteLength } = memory;
    if (!(Number.isInteger(base) && base >= 0 && base % PAGE_SIZE === 0)) {
      throw new InvalidArgumentError(`invalid memory: its byteOffset is no multiple of ${PAGE_SIZE}`);
    }
    // An offset has 32 bits.
    checkInteger("byteOffset", base, 0, MAX_CAPACITY - bytes);
    checkInteger("byteLength", byteLength, 0, Number.MAX_SAFE_INTEGER);
    const has = Math.max(0, Math.min(buffer.byteLength - base, byteLength));
    if (has < bytes) throw new InvalidArgumentError(`invalid memory: it has ${has} bytes, ${bytes} were asked for`);
    return {
      memory: new Window(memory),
      ...{ base, bytes, most: bytes, fresh: false, separate: true, borrowed: false, giveBack },
    };
  } catch (error) {
    giveBack();
    throw error;
  }
}

/** Memory that can be given back to the system, as a `Region` of @ariax/native, is. */
function release(memory: unknown): void {
  const { [disposeSymbol()]: end, unmap } = (memory ?? {}) as { [end: symbol]: unknown; unmap?: unknown };
  if (typeof end === "function") end.call(memory);
  else if (typeof unmap === "function") unmap.call(memory);
}

/** Is the memory gone: its buffer transferred, its region unmapped? */
export function isGone({ memory }: Place): boolean {
  try {
    return memory.buffer.byteLength === 0;
  } catch {
    return true; // a region says so by an error
  }
}

/** Makes every byte that is there 0. O(bytes). */
export function wipe({ memory: { buffer }, base, bytes }: Place): void {
  new Uint8Array(buffer).fill(0, base, base + bytes);
}

/** Throws `DetachedError` where the memory is gone, and `CorruptionError` where somebody has made it too short. */
function checkThere({ memory, base, bytes }: Place): void {
  const { byteLength } = memory.buffer;
  if (byteLength === 0) throw new DetachedError();
  if (byteLength < base + bytes) {
    throw new CorruptionError(`truncated: the context ends at byte ${base + bytes}, its buffer at ${byteLength}`);
  }
}

/** A heap of all the pages of a place but the last `aside` bytes. With `zero`, no byte of what was there is left. O(pages), or O(bytes). */
export function wholeHeap(place: Place, zero: boolean, aside: number): Heap {
  const { memory, base, bytes, fresh } = place;
  checkThere(place);
  if (zero && !fresh) wipe(place);
  const pages = (bytes - aside) / PAGE_SIZE;
  return makeHeap({ memory, base, pages, limit: pages, zero: fresh || zero });
}
