import { HostMemoryError, InvalidArgumentError, MAX_CAPACITY, type Memory, NULL, type Offset } from "@ariax/allocator";
import {
  allocatorWords,
  checkBoolean,
  checkInteger,
  checkSize,
  isUint32,
  present,
  readOptions,
} from "@ariax/allocator/implement";
import {
  type GivenWasmMemory,
  MIN_CAPACITY,
  type OwnMemory,
  PAGE_SIZE,
  SlabAllocator,
  type WasmMemory,
} from "@ariax/slab";
import {
  EngineAllocator,
  type EngineVerbs,
  type Heap,
  heapOptions,
  heapStats,
  makeHeap,
  openHeap,
  type Place,
  placeFor,
  readPlace,
} from "@ariax/slab/engine";
import { checkEngine, type EngineExports, engineOver, engineOverSync } from "./engine.ts";
import { checkHost, checkMemory, makeMemory, type WasmModule } from "./webassembly.ts";

/** How the engine gets there. */
export interface ModuleOption {
  /**
   * The compiled `@ariax/wasm/heap.wasm`, or for a shared memory `@ariax/wasm/heap-shared.wasm`. Default: the copy in this
   * package is compiled, once.
   */
  readonly module?: WasmModule | undefined;
}

/** A memory of its own, grown by `memory.grow` where there is a `maxCapacity`; or one that exists, as that of another program. */
export type WasmOptions = (OwnMemory | GivenWasmMemory) & ModuleOption;

/**
 * The general-purpose heap of @ariax/slab, operated by the engine in C, compiled to WebAssembly. Same layout, same
 * decisions: after the same calls the same bytes.
 *
 * Costs are those of `SlabAllocator`, and a call into WebAssembly each.
 *
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export class WasmAllocator<B extends ArrayBufferLike = ArrayBufferLike> extends EngineAllocator<B> {
  /** The `WebAssembly.Memory` itself: another program's instance can import it. Its buffer is a new one after growth. */
  declare readonly memory: WasmMemory & Memory<B>;
  declare private readonly base: number;
  declare private readonly take: EngineExports["allocate"];
  declare private readonly give: EngineExports["free"];

  private constructor(memory: WasmMemory, heap: Heap, exports: EngineExports) {
    // A program in JavaScript may not know that this is private.
    if (exports === undefined)
      throw new InvalidArgumentError("invalid call: a WasmAllocator is made by create or attach");
    const base = heap.words.byteOffset | 0;
    super(heap, verbs(exports, heap, base), { name: "wasm", grows: canGrow(heap), returnsMemory: false });
    present(this, WORDS);
    this.memory = memory as WasmMemory & Memory<B>;
    this.base = base;
    this.take = exports.allocate;
    this.give = exports.free;
  }

  /**
   * A new heap, in memory of its own or in memory that is given. The first one compiles the engine. The options are read at once. O(1), or in
   * memory that is given O(pages).
   *
   * @throws `HostMemoryError` where the host has no memory for it.
   * @throws `UnsupportedError` where the host has no WebAssembly, or compiles none.
   */
  static create(
    options: OwnMemory & { readonly shared?: false | undefined } & ModuleOption,
  ): Promise<WasmAllocator<ArrayBuffer>>;
  static create(options: WasmOptions): Promise<WasmAllocator>;
  /**
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `DoubleFreeError` for what was freed already.
   * @throws `InvalidFreeError` for what is no block.
   */
  static async create(options: WasmOptions): Promise<WasmAllocator> {
    const plan = planFor(options);
    return WasmAllocator.made(plan, await engineOver(plan.memory, plan.module));
  }

  /** The same at once: the first one compiles the engine where it stands. */
  static createSync(
    options: OwnMemory & { readonly shared?: false | undefined } & ModuleOption,
  ): WasmAllocator<ArrayBuffer>;
  static createSync(options: WasmOptions): WasmAllocator;
  /**
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `DoubleFreeError` for what was freed already.
   * @throws `InvalidFreeError` for what is no block.
   */
  static createSync(options: WasmOptions): WasmAllocator {
    const plan = planFor(options);
    return WasmAllocator.made(plan, engineOverSync(plan.memory, plan.module));
  }

  /**
   * Continues the heap that was made at `byteOffset` of a memory, by any engine in any context. One context at a time may use it. O(pages).
   *
   * @throws `CorruptionError` where there is no heap, a truncated or a damaged one.
   */
  static async attach(memory: WasmMemory, byteOffset = 0, options: ModuleOption = {}): Promise<WasmAllocator> {
    const module = moduleFor(memory, options);
    const engine = await engineOver(memory, module);
    return new WasmAllocator(memory, openHeap(memory, byteOffset, "SharedWasmAllocator"), engine);
  }

  /**
   * The same at once.
   *
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   * @throws `DoubleFreeError` for what was freed already.
   * @throws `InvalidFreeError` for what is no block.
   */
  static attachSync(memory: WasmMemory, byteOffset = 0, options: ModuleOption = {}): WasmAllocator {
    const engine = engineOverSync(memory, moduleFor(memory, options));
    return new WasmAllocator(memory, openHeap(memory, byteOffset, "SharedWasmAllocator"), engine);
  }

  private static made({ memory, place }: Plan, engine: EngineExports): WasmAllocator {
    return new WasmAllocator(memory, makeHeap(place()), engine);
  }

  tryAllocate(size: number, alignment?: number): Offset {
    if (!isUint32(size) || alignment !== undefined) return this.allocateChecked(size, alignment);
    // What is above the capacity finds no room either.
    return this.take(this.base, size) >>> 0 || this.noRoom(size);
  }

  free(offset: Offset): void {
    const why = isUint32(offset) ? this.give(this.base, offset) : INVALID;
    if (why !== 0) this.refuseFree(offset, why);
  }

  private noRoom(size: number): Offset {
    checkSize(size, this.capacity);
    return NULL;
  }
}

const WORDS = /* @__PURE__ */ allocatorWords(
  "a heap",
  "post heap.memory, which must be shared, and call WasmAllocator.attach(memory) there",
);

/** What the engine answers where no block begins, live or free. */
const INVALID = 2;

/** What is to be made, from options that are not looked at again. */
interface Plan {
  readonly memory: WasmMemory;
  readonly module: WasmModule | undefined;
  /** Where in the memory, which may become longer by that: once there is an engine. */
  readonly place: () => Place;
}

function planFor(options: WasmOptions): Plan {
  const { module: given, ...read } = readPlace(options, ["module"]) as WasmOptions & Partial<GivenWasmMemory>;
  checkHost();
  const module = checkEngine(given);
  if (read.memory !== undefined) {
    const memory = checkMemory(read.memory);
    const { byteOffset = 0 } = read;
    checkInteger("byteOffset", byteOffset, 0, memory.buffer.byteLength);
    // What the memory grows by until there is an engine is another program's.
    const { byteLength = memory.buffer.byteLength - byteOffset } = read;
    return { memory, module, place: () => placeFor({ memory, byteOffset, byteLength }) };
  }
  const { capacity, maxCapacity = capacity, shared = false } = read as OwnMemory;
  checkInteger("capacity", capacity, MIN_CAPACITY, MAX_CAPACITY);
  checkInteger("maxCapacity", maxCapacity, capacity, MAX_CAPACITY);
  const memory = makeMemory(capacity, maxCapacity, checkBoolean("shared", shared));
  return { memory, module, place: () => ownPlace(memory, maxCapacity) };
}

/** In a new memory, all of whose options are checked: what it can't be made to hold, the host has no room for. */
function ownPlace(memory: WasmMemory, maxCapacity: number): Place {
  try {
    return { ...placeFor({ memory, byteLength: maxCapacity }), zero: true };
  } catch {
    throw new HostMemoryError(maxCapacity);
  }
}

function moduleFor(memory: WasmMemory, options: ModuleOption): WasmModule | undefined {
  const { module } = readOptions(options, ["module"]);
  checkHost();
  checkMemory(memory);
  return checkEngine(module);
}

/** Has the heap fewer pages than it may have? */
function canGrow({ words }: Heap): boolean {
  const { committed } = heapStats(words);
  return committed < words[3 /* H_LIMIT */] * PAGE_SIZE;
}

/** The slow verbs: what an `EngineAllocator` asks for. */
function verbs(engine: EngineExports, heap: Heap, base: number): EngineVerbs {
  const slab = new SlabAllocator(heapOptions(heap));
  return {
    allocate: (size, alignment) => engine.allocate_aligned(base, size, alignment),
    free: (offset) => engine.free(base, offset),
    sizeOf: (offset) => engine.size_of(base, offset),
    resize: (offset, size) => engine.resize(base, offset, size),
    reallocate: (offset, size) => engine.reallocate(base, offset, size),
    // The engine's own calls would want the offsets in its memory. The TypeScript engine's throws what is wrong with one of them.
    allocateMany: (size, out) => slab.allocateMany(size, out),
    freeMany: (offsets, count) => {
      slab.freeMany(offsets, count);
      return count;
    },
    why: (offset) => engine.why(base, offset),
    // What concerns the whole heap is the TypeScript engine's, as making and opening it: see src-c/heap.c.
    reset: () => slab.reset(),
    verify: () => 0, // EngineAllocator has it look already
  };
}
