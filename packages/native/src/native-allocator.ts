import { type Allocator, checkInteger, InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import type { WasmMemory } from "@ariax/slab";
import { growable, type Heap, makeHeap, openHeap, PAGE_SIZE } from "@ariax/slab/engine";
import { addon, type HeapHandle } from "./addon.ts";
import { Backing, checkDelay } from "./backing.ts";
import { CrossingAllocator } from "./crossing.ts";
import { NativeSlab } from "./native-slab.ts";
import { Region } from "./region.ts";

/** Who operates the heap: `"typescript"`, without ever leaving JavaScript, or `"c"`, a call into the addon each. */
export type NativeEngine = "typescript" | "c";

export interface EngineOptions {
  /** Default: `"typescript"`. */
  readonly engine?: NativeEngine;
  /**
   * Milliseconds after which free pages begin to go back to the system: 0 as soon as the running code returns, `Infinity` only
   * by `purge()`. In regions only. Default: 1000 where the memory is private. Where it is a file's or shared, `Infinity`: a
   * run that is free when this process looks may be another's a moment later. Give a number if no other process is at work.
   */
  readonly purgeDelay?: number;
}

/** A heap in memory mapped for it. Private memory, unless a file or a name for shared memory is given. */
export interface NativeOptions extends EngineOptions {
  /** Bytes, control block included: rounded down to whole pages of 4 KiB; 64 KiB to 4 GiB − 64 KiB. Untouched, they cost nothing. */
  readonly capacity: number;
  /** As for `Region.map`. */
  readonly hugePages?: boolean;
  /** As for `Region.map`. */
  readonly guard?: boolean;
  /** A file that the heap is to lie in, from its start; what it holds there is overwritten. As for `Region.map`. */
  readonly file?: string | number;
  /** A name for shared memory. As for `Region.share`. */
  readonly name?: string;
}

/**
 * The general-purpose heap of @ariax/slab over memory mapped from the operating system: it takes RAM page by page as blocks
 * are touched, and gives it back once they are free.
 *
 * Its verbs, costs and errors are `SlabAllocator`'s, and no verb makes a system call. After `unmap` each throws
 * `DetachedError`.
 */
export interface NativeAllocator extends Allocator, Disposable {
  /** The most bytes the memory may ever have, control block included. */
  readonly capacity: number;
  /** The control block, as it is now. For other engines and for tests; writing to it breaks the heap. */
  readonly words: Int32Array;
  /** Where the heap lies, if that is a region. */
  readonly region: Region | undefined;
  /** The heap for other addons, of an `ArrayBuffer`: include/ariax_native.h. It is another one when the memory has grown. */
  readonly handle: HeapHandle;
  /** Gives the RAM of all free pages back to the system, now. The bytes that this freed. O(pages), some system calls. */
  purge(): number;
  /** Unmaps the region. Throws `RegionUnmappedError` the second time, `InvalidArgumentError` where there is no region. */
  unmap(): void;
  /** As `unmap`, for a region that was mapped by the constructor. Otherwise, the purge that is due is called off, no more. */
  [Symbol.dispose](): void;
}

export interface NativeAllocatorConstructor {
  /**
   * A new heap, in memory mapped for it. Some system calls, O(pages). Throws `InvalidArgumentError` and what `Region.map` or
   * `Region.share` throws.
   */
  new (options: NativeOptions): NativeAllocator;
  /**
   * Continues the heap that was made, by any engine, at `byteOffset` of a region, of another buffer or of a WebAssembly
   * program's memory. Throws `CorruptionError` where there is no heap, a truncated or a damaged one. One context at a
   * time may use it. The engine in C makes no memory longer, and reaches no `SharedArrayBuffer`. O(pages).
   */
  attach(where: Region | ArrayBufferLike | WasmMemory, byteOffset?: number, options?: EngineOptions): NativeAllocator;
  [Symbol.hasInstance](value: unknown): boolean;
}

// One name for the classes of two engines, which have their verbs from different parents.
export const NativeAllocator: NativeAllocatorConstructor = class {
  constructor(options: NativeOptions) {
    const { capacity } = options;
    checkInteger("capacity", capacity, MIN_CAPACITY, MAX_CAPACITY);
    const engine = checkEngine(options.engine);
    const delay = checkDelay(options.purgeDelay);
    const pages = Math.floor(capacity / PAGE_SIZE);
    // All is checked by now: what a file held is overwritten only by a heap that comes to be.
    const region = mapFor(options, pages * PAGE_SIZE);
    const memory = growable(region.buffer);
    const heap = makeHeap({ memory, base: 0, pages, limit: pages, zero: region.kind !== "file" });
    // biome-ignore lint/correctness/noConstructorReturn: see above
    return operated(engine, heap, new Backing(heap, region, true, delay));
  }

  static attach(
    where: Region | ArrayBufferLike | WasmMemory,
    byteOffset = 0,
    options: EngineOptions = {},
  ): NativeAllocator {
    const engine = checkEngine(options.engine);
    const delay = checkDelay(options.purgeDelay);
    const region = where instanceof Region ? where : undefined;
    const heap = openHeap(region === undefined ? (where as ArrayBufferLike) : region.buffer, byteOffset);
    return operated(engine, heap, new Backing(heap, region, false, delay));
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof NativeSlab || value instanceof CrossingAllocator;
  }
} as unknown as NativeAllocatorConstructor;

/** As for any heap: a control block, and room for a slab of every length. */
const MIN_CAPACITY = 65536;

function operated(engine: NativeEngine, heap: Heap, backing: Backing): NativeAllocator {
  return engine === "c" ? new CrossingAllocator(heap, backing) : new NativeSlab(heap, backing);
}

function mapFor({ file, name, guard, hugePages }: NativeOptions, bytes: number): Region {
  if (file !== undefined && name !== undefined) throw new InvalidArgumentError("invalid options: both file and name");
  if (hugePages && (file !== undefined || name !== undefined))
    throw new InvalidArgumentError("invalid options: huge pages are for private memory");
  if (file !== undefined) return Region.map({ file, bytes, guard });
  return name !== undefined ? Region.share({ name, bytes, guard }) : Region.map({ bytes, guard, hugePages });
}

function checkEngine(engine: NativeEngine = "typescript"): NativeEngine {
  if (engine !== "typescript" && engine !== "c")
    throw new InvalidArgumentError(`invalid engine: ${JSON.stringify(engine)} is neither "typescript" nor "c"`);
  if (engine === "c") addon();
  return engine;
}
