import { InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import { checkBoolean, checkGiven, checkInteger, readOptions, show, tagOf } from "@ariax/allocator/implement";
import type { WasmMemory } from "@ariax/slab";
import { growable, type Heap, layoutOf, makeHeap, openHeap, PAGE_SIZE } from "@ariax/slab/engine";
import { addon } from "./addon.ts";
import { Backing, checkDelay } from "./backing.ts";
import { CrossingAllocator } from "./crossing.ts";
import { type EngineOptions, type NativeEngine, type NativeHeap, type NativeOptions, TAG } from "./native-heap.ts";
import { NativeSlab } from "./native-slab.ts";
import { Region } from "./region.ts";
import { LEAST } from "./region-options.ts";

export type NativeAllocator = NativeHeap;

export interface NativeAllocatorConstructor {
  /**
   * A new heap, in memory mapped for it. Some system calls; of a file O(pages). Throws `InvalidArgumentError` and what `Region.map` or
   * `Region.share` throws.
   */
  new (options: NativeOptions): NativeAllocator;
  /**
   * Continues the heap that was made, by any engine, at `byteOffset` of a region, of another buffer or of a WebAssembly program's memory. One
   * context at a time may use it. The engine in C makes no memory longer, and reaches no `SharedArrayBuffer`. O(pages).
   *
   * @throws `CorruptionError` where there is no heap, a truncated or a damaged one.
   */
  attach(where: Region | ArrayBufferLike | WasmMemory, byteOffset?: number, options?: EngineOptions): NativeAllocator;
  [Symbol.hasInstance](value: unknown): boolean;
}

// One name for the classes of two engines, which have their verbs from different parents.
export const NativeAllocator: NativeAllocatorConstructor = class {
  constructor(options: NativeOptions) {
    const read = readOptions(checkGiven(options, "capacity is"), NATIVE_OPTIONS);
    const { capacity } = read;
    checkInteger("capacity", capacity, MIN_CAPACITY, MAX_CAPACITY);
    const engine = checkEngine(read.engine);
    const delay = checkDelay(read.purgeDelay);
    const pages = Math.floor(capacity / PAGE_SIZE);
    // All is checked by now: what a file held is overwritten only by a heap that comes to be.
    const region = mapFor(read, pages);
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
    const read = readOptions(options, ENGINE_OPTIONS);
    const engine = checkEngine(read.engine);
    const delay = checkDelay(read.purgeDelay);
    const region = where instanceof Region ? where : undefined;
    if (region !== undefined) reach(region, byteOffset, firstOf);
    const buffer = region === undefined ? (where as ArrayBufferLike) : region.buffer;
    const heap = openHeap(buffer, byteOffset, "NativeSharedAllocator");
    return operated(engine, heap, new Backing(heap, region, false, delay));
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return tagOf(value) === TAG;
  }
} as unknown as NativeAllocatorConstructor;

const ENGINE_OPTIONS = ["engine", "purgeDelay"];
const NATIVE_OPTIONS = ["capacity", ...ENGINE_OPTIONS, "hugePages", "guard", "file", "name", "reserve"];

/** As for any heap: a control block, and room for a slab of every length. */
const MIN_CAPACITY = 65536;

function operated(engine: NativeEngine, heap: Heap, backing: Backing): NativeAllocator {
  return engine === "c" ? new CrossingAllocator(heap, backing) : new NativeSlab(heap, backing);
}

function mapFor({ file, name, guard, hugePages = false, reserve = false }: NativeOptions, pages: number): Region {
  if (file !== undefined && name !== undefined) throw new InvalidArgumentError("invalid options: both file and name");
  const own = file === undefined && name === undefined;
  if (checkBoolean("hugePages", hugePages) && !own)
    throw new InvalidArgumentError("invalid options: huge pages are for private memory");
  if (checkBoolean("reserve", reserve) && own)
    throw new InvalidArgumentError("invalid options: reserve is for files and shared memory");
  const bytes = pages * PAGE_SIZE;
  if (own) return Region.map({ bytes, guard, hugePages });
  // The control block is written at once, or read by who attaches: a full disk would be the end of the process.
  const shared = { bytes, guard, reserve, [LEAST]: firstOf(pages) * PAGE_SIZE };
  return name === undefined ? Region.map({ ...shared, file: file! }) : Region.share({ ...shared, name });
}

/**
 * What others can cut off, or have no room for, is asked for before it is touched: the header, and the control block that it speaks
 * of. What that says is checked when it is read.
 */
export function reach(region: Region, byteOffset: number, firstOf: (limit: number, lanes: number) => number): void {
  if (region.kind !== "file" && region.kind !== "shared") return;
  const { buffer, byteLength } = region;
  const base = Math.ceil(checkInteger("byteOffset", byteOffset, 0, byteLength) / PAGE_SIZE) * PAGE_SIZE;
  if (byteLength - base < PAGE_SIZE || !region.populate(base, PAGE_SIZE)) return;
  const [, , , limit, lanes] = new Int32Array(buffer, base, 5);
  if (limit > 0 && limit <= MAX_CAPACITY / PAGE_SIZE) {
    region.populate(base, Math.min(firstOf(limit, lanes) * PAGE_SIZE, byteLength - base));
  }
}

/** Pages of the control block. */
const firstOf = (limit: number): number => layoutOf(limit, 1).first;

function checkEngine(engine: NativeEngine = "typescript"): NativeEngine {
  if (engine !== "typescript" && engine !== "c")
    throw new InvalidArgumentError(`invalid engine: ${show(engine)} is neither "typescript" nor "c"`);
  if (engine === "c") addon();
  return engine;
}
