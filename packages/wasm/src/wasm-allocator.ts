import {
  allocateMany,
  checkInteger,
  checkSize,
  InvalidArgumentError,
  isUint32,
  MAX_CAPACITY,
  NULL,
  type Offset,
} from "@ariax/allocator";
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
  heapStats,
  makeHeap,
  openHeap,
  type Place,
  placeFor,
} from "@ariax/slab/engine";
import { type EngineExports, engineOver, engineOverSync } from "./engine.ts";
import { makeMemory, type WasmModule } from "./webassembly.ts";

/** How the engine gets there. */
export interface ModuleOption {
  /**
   * The compiled `@ariax/wasm/heap.wasm`, or for a shared memory `@ariax/wasm/heap-shared.wasm`. Default: the copy in this
   * package is compiled, once.
   */
  readonly module?: WasmModule;
}

/** A memory of its own, in pages of 64 KiB, grown by `memory.grow`; or one that exists, as that of another program. */
export type WasmOptions = (OwnMemory | GivenWasmMemory) & ModuleOption;

/**
 * The general-purpose heap of @ariax/slab, operated by the engine in C, compiled to WebAssembly. Same layout, same
 * decisions: after the same calls the same bytes.
 *
 * Costs are those of `SlabAllocator`, and a call into WebAssembly each.
 */
export class WasmAllocator extends EngineAllocator {
  /** The `WebAssembly.Memory` itself: another program's instance can import it. Its buffer is a new one after growth. */
  declare readonly memory: WasmMemory;
  declare private readonly base: number;
  declare private readonly take: EngineExports["allocate"];
  declare private readonly give: EngineExports["free"];

  private constructor(memory: WasmMemory, heap: Heap, exports: EngineExports) {
    const base = heap.words.byteOffset | 0;
    super(heap, verbs(exports, heap, base), { name: "wasm", grows: canGrow(heap), returnsMemory: false });
    this.memory = memory;
    this.base = base;
    this.take = exports.allocate;
    this.give = exports.free;
  }

  /** A new heap, in memory of its own or in memory that is given. The first one compiles the engine. O(pages). */
  static async create(options: WasmOptions): Promise<WasmAllocator> {
    const memory = memoryFor(options);
    return WasmAllocator.#make(options, memory, await engineOver(memory, options.module));
  }

  /** The same at once: the first one compiles the engine where it stands. */
  static createSync(options: WasmOptions): WasmAllocator {
    const memory = memoryFor(options);
    return WasmAllocator.#make(options, memory, engineOverSync(memory, options.module));
  }

  /**
   * Continues the heap that was made at `byteOffset` of a memory, by any engine in any context. Throws `CorruptionError`
   * where there is no heap, a truncated or a damaged one. One context at a time may use it. O(pages).
   */
  static async attach(memory: WasmMemory, byteOffset = 0, { module }: ModuleOption = {}): Promise<WasmAllocator> {
    const engine = await engineOver(memory, module);
    return new WasmAllocator(memory, openHeap(memory, byteOffset), engine);
  }

  /** The same at once. */
  static attachSync(memory: WasmMemory, byteOffset = 0, { module }: ModuleOption = {}): WasmAllocator {
    const engine = engineOverSync(memory, module);
    return new WasmAllocator(memory, openHeap(memory, byteOffset), engine);
  }

  static #make(options: WasmOptions, memory: WasmMemory, engine: EngineExports): WasmAllocator {
    return new WasmAllocator(memory, makeHeap(placeOf(options, memory)), engine);
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

/** What the engine answers where no block ever began. */
const INVALID = 2;

/** The heap's memory: the one given, or a new one. */
function memoryFor(options: WasmOptions): WasmMemory {
  if (typeof options !== "object" || options === null) {
    throw new InvalidArgumentError("invalid options: capacity or memory is needed");
  }
  if (isGiven(options)) return options.memory;
  const { capacity, maxCapacity = capacity, shared = false } = options;
  checkInteger("capacity", capacity, MIN_CAPACITY, MAX_CAPACITY);
  checkInteger("maxCapacity", maxCapacity, capacity, MAX_CAPACITY);
  return makeMemory(capacity, maxCapacity, shared);
}

function placeOf(options: WasmOptions, memory: WasmMemory): Place {
  if (isGiven(options)) return placeFor({ ...options, memory });
  const { capacity, maxCapacity = capacity } = options;
  return { ...placeFor({ memory, byteLength: maxCapacity }), zero: true };
}

function isGiven(options: WasmOptions): options is GivenWasmMemory & ModuleOption {
  return "memory" in options && options.memory !== undefined;
}

/** Has the heap fewer pages than it may have? */
function canGrow({ words }: Heap): boolean {
  const { committed } = heapStats(words);
  return committed < words[3 /* H_LIMIT */] * PAGE_SIZE;
}

/** The slow verbs: what an `EngineAllocator` asks for. */
function verbs(engine: EngineExports, heap: Heap, base: number): EngineVerbs {
  return {
    allocate: (size, alignment) => engine.allocate_aligned(base, size, alignment),
    free: (offset) => engine.free(base, offset),
    sizeOf: (offset) => engine.size_of(base, offset),
    resize: (offset, size) => engine.resize(base, offset, size),
    reallocate: (offset, size) => engine.reallocate(base, offset, size),
    allocateMany: (size, out) =>
      allocateMany({ memory: heap, tryAllocate: (n) => engine.allocate(base, n) }, size, out),
    freeMany: (offsets, count) => {
      // All are looked at first. The engine's own call would want them in its memory.
      const seen = new Set<number>();
      for (let i = 0; i < count; i++) {
        if (seen.has(offsets[i]) || engine.size_of(base, offsets[i]) === 0) return i;
        seen.add(offsets[i]);
      }
      for (let i = 0; i < count; i++) engine.free(base, offsets[i]);
      return count;
    },
    why: (offset) => engine.why(base, offset),
    // What concerns the whole heap is the TypeScript engine's, as making and opening it: see src-c/heap.c.
    reset: () => new SlabAllocator(heap).reset(),
    verify: () => 0, // EngineAllocator has it look already
  };
}
