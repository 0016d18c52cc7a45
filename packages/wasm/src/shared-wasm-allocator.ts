import { InvalidArgumentError, MAX_CAPACITY } from "@ariax/allocator";
import {
  allocatorWords,
  checkCallback,
  checkInteger,
  isShared,
  present,
  readOptions,
} from "@ariax/allocator/implement";
import type { AttachOptions, WasmMemory } from "@ariax/slab";
import {
  type Heap,
  type LaneVerbs,
  makeShared,
  openShared,
  readAttach,
  readPlace,
  SharedEngineAllocator,
  type SharedOptions,
} from "@ariax/slab/engine";
import { checkLanes, type LaneExports, lanesOver, lanesOverSync } from "./lanes-engine.ts";
import { checkHost, checkMemory, makeMemory, type WasmModule } from "./webassembly.ts";

/** How the engine gets there. */
interface LaneModuleOption {
  /** The compiled `@ariax/wasm/heap-lanes.wasm`. Default: the copy in this package is compiled, once a thread. */
  readonly module?: WasmModule | undefined;
}

/** A shared memory of its own, in pages of 64 KiB, grown by `memory.grow`; or one that exists. */
export interface SharedWasmOptions extends Omit<SharedOptions, "buffer">, LaneModuleOption {
  /** See `AttachOptions`. */
  readonly onLateDoubleFree?: ((count: number) => void) | undefined;
}

/** What a thread says of itself when it attaches. */
export interface SharedWasmAttachOptions extends Partial<AttachOptions>, LaneModuleOption {}

// What SharedEngineAllocator has as a class, `attach`, is another one here.
const Base: new (...args: ConstructorParameters<typeof SharedEngineAllocator>) => SharedEngineAllocator =
  SharedEngineAllocator;

/**
 * The heap with lanes of @ariax/slab, for many threads at once, operated by the engine in C, compiled to WebAssembly with its atomic
 * instructions. Same layout, same decisions: after the same calls, in the same order, the same bytes; and a thread that works with
 * `SharedSlabAllocator` can share the heap.
 *
 * All of `SharedSlabAllocator`'s verbs: `ticket`, `watch`, `reclaim`, `park`, `close` and so on. Each thread has an instance of the engine;
 * they have nothing in common but the heap.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `DetachedError` once the memory is gone.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 */
export class SharedWasmAllocator extends Base {
  /** The shared `WebAssembly.Memory` itself: to be posted to other threads. Its buffer is a new one after growth, by any of them. */
  declare readonly memory: WasmMemory;

  private constructor(
    memory: WasmMemory,
    heap: Heap,
    engine: LaneExports,
    ticket: number | undefined,
    onLate: ((count: number) => void) | undefined,
  ) {
    // A program in JavaScript may not know that this is private.
    if (engine === undefined)
      throw new InvalidArgumentError("invalid call: a SharedWasmAllocator is made by create or attach");
    super(heap, verbs(engine, heap.words.byteOffset | 0), { name: "wasm-shared" }, ticket, onLate);
    present(this, WORDS);
    this.memory = memory;
  }

  /**
   * A new heap, in memory of its own or in memory that is given; this thread has the first lane. The first one compiles the engine. The options
   * are read at once. O(lanes), or in memory that is given O(pages).
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   * @throws `HostMemoryError` where the host has no memory for it.
   * @throws `UnsupportedError` where the host has no WebAssembly, no shared memory, or compiles none.
   */
  static async create(options: SharedWasmOptions): Promise<SharedWasmAllocator> {
    const plan = planFor(options);
    return SharedWasmAllocator.made(plan, await lanesOver(plan.memory, plan.module));
  }

  /** The same at once: the first one compiles the engine where it stands. */
  static createSync(options: SharedWasmOptions): SharedWasmAllocator {
    const plan = planFor(options);
    return SharedWasmAllocator.made(plan, lanesOverSync(plan.memory, plan.module));
  }

  /**
   * The heap with lanes that another thread made at `byteOffset` of a shared memory, by this engine or that of `SharedSlabAllocator`; this
   * thread gets a lane. `ticket`: what another thread drew for this one; default: one that is drawn now. O(lanes).
   *
   * @throws `TicketError` where it is in use.
   * @throws `NoLaneError` where all lanes are held.
   * @throws `CorruptionError` where there is no heap.
   */
  static async attach(memory: WasmMemory, options: SharedWasmAttachOptions = {}): Promise<SharedWasmAllocator> {
    const read = readOver(memory, options);
    return SharedWasmAllocator.attached(memory, read, await lanesOver(memory, read.module));
  }

  /** The same at once. */
  static attachSync(memory: WasmMemory, options: SharedWasmAttachOptions = {}): SharedWasmAllocator {
    const read = readOver(memory, options);
    return SharedWasmAllocator.attached(memory, read, lanesOverSync(memory, read.module));
  }

  private static made({ memory, make, onLate }: Plan, engine: LaneExports): SharedWasmAllocator {
    return new SharedWasmAllocator(memory, make(), engine, 1, onLate);
  }

  private static attached(
    memory: WasmMemory,
    { ticket, byteOffset, onLateDoubleFree }: SharedWasmAttachOptions,
    engine: LaneExports,
  ): SharedWasmAllocator {
    return new SharedWasmAllocator(
      memory,
      openShared(memory, byteOffset, "WasmAllocator"),
      engine,
      ticket,
      onLateDoubleFree,
    );
  }
}

const WORDS = /* @__PURE__ */ allocatorWords(
  "a heap",
  "post heap.memory and heap.ticket(), and call SharedWasmAllocator.attach(memory, { ticket }) there",
);

const KNOWN = ["capacity", "maxCapacity", "memory", "byteOffset", "byteLength", "lanes", "module", "onLateDoubleFree"];

/** What is to be made, from options that are not looked at again. */
interface Plan {
  readonly memory: WasmMemory;
  readonly module: WasmModule | undefined;
  readonly onLate: ((count: number) => void) | undefined;
  /** The heap: once there is an engine. */
  readonly make: () => Heap;
}

function planFor(options: SharedWasmOptions): Plan {
  const read = readPlace(readOptions(options, KNOWN), ["lanes", "module", "onLateDoubleFree"]);
  const { module: given, onLateDoubleFree: onLate, memory: where, capacity, maxCapacity = capacity } = read;
  const { lanes, byteOffset, byteLength } = read;
  checkHost();
  const module = checkLanes(given);
  checkCallback("onLateDoubleFree", onLate);
  if (where !== undefined) {
    const memory = checkShared(where);
    return { memory, module, onLate, make: () => makeShared({ memory, byteOffset, byteLength, lanes }) };
  }
  checkInteger("capacity", capacity as number, 0, MAX_CAPACITY);
  checkInteger("maxCapacity", maxCapacity as number, capacity as number, MAX_CAPACITY);
  const memory = makeMemory(capacity as number, maxCapacity as number, true);
  return { memory, module, onLate, make: () => makeShared({ memory, byteLength: maxCapacity, lanes }, true) };
}

function readOver(memory: WasmMemory, options: SharedWasmAttachOptions): SharedWasmAttachOptions {
  const read = readAttach(options, ["module"]);
  checkHost();
  checkShared(memory);
  checkLanes(read.module);
  checkCallback("onLateDoubleFree", read.onLateDoubleFree);
  return read;
}

/** Throws `InvalidArgumentError` for what no other thread can see. */
function checkShared(memory: WasmMemory): WasmMemory {
  if (isShared(checkMemory(memory).buffer)) return memory;
  throw new InvalidArgumentError("invalid memory: not shared, a heap with lanes needs a shared WebAssembly.Memory");
}

/** What a `SharedEngineAllocator` asks for. tried: the module's functions themselves, called with the address; measured: no faster. */
function verbs(engine: LaneExports, base: number): LaneVerbs {
  return {
    allocate: (lane, ticket, size) => engine.allocate(base, lane, ticket, size),
    allocateAligned: (lane, ticket, size, alignment) => engine.allocate_aligned(base, lane, ticket, size, alignment),
    free: (lane, ticket, offset) => engine.free(base, lane, ticket, offset),
    resize: (lane, ticket, offset, size) => engine.resize(base, lane, ticket, offset, size),
    reallocate: (lane, ticket, offset, size) => engine.reallocate(base, lane, ticket, offset, size),
  };
}
