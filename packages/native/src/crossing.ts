import { CorruptionError, NULL, type Offset, type Offsets } from "@ariax/allocator";
import { checkSize, disposable, isUint32, present } from "@ariax/allocator/implement";
import { EngineAllocator, type EngineVerbs, type Heap, PAGE_SIZE } from "@ariax/slab/engine";
import { addon, type Engine, type HeapHandle } from "./addon.ts";
import { type Backing, checkUnshared } from "./backing.ts";
import { type NativeHeap, TAG, WORDS } from "./native-heap.ts";
import type { Region } from "./region.ts";
import { system } from "./system.ts";

const PAGE_WORDS = PAGE_SIZE / 4;

/**
 * The engine's functions for a heap, made anew when its memory has moved to another buffer. The old ones have the address of
 * memory that may be gone, so they are not called any more: a view of the whole heap has no words once a byte of it is not there.
 */
class Binding {
  private readonly heap: Heap;
  private view: Int32Array;
  private engine: Engine;

  constructor(heap: Heap) {
    this.heap = heap;
    this.view = viewOf(heap);
    this.engine = bind(heap);
  }

  /** Throws `DetachedError` where the memory is gone, `CorruptionError` where somebody has made it shorter than the heap. */
  get now(): Engine {
    const { view } = this;
    return view[16 /* H_PAGES */] * PAGE_WORDS === view.length ? this.engine : this.renewed();
  }

  /** The heap has become longer, or its memory has moved, or gone. */
  private renewed(): Engine {
    const view = viewOf(this.heap);
    const engine = view.buffer === this.view.buffer ? this.engine : bind(this.heap);
    this.view = view;
    this.engine = engine;
    return engine;
  }
}

/** The whole heap, as long as it is now. */
function viewOf({ words, buffer }: Heap): Int32Array {
  const length = words[16 /* H_PAGES */] * PAGE_WORDS;
  const end = words.byteOffset + 4 * length;
  if (buffer.byteLength < end)
    throw new CorruptionError(`truncated: the heap ends at ${end}, its buffer at ${buffer.byteLength}`);
  // No shorter than the control block, whatever that says: verify is to tell what is wrong with it.
  return new Int32Array(buffer, words.byteOffset, Math.max(words.length, length));
}

function bind(heap: Heap): Engine {
  const { words } = heap;
  const buffer = checkUnshared(heap.buffer);
  return system("can't bind the engine", undefined, () => addon().bind(buffer, words.byteOffset));
}

/** `NativeAllocator` with the engine in C: each call crosses into the addon. */
export class CrossingAllocator extends EngineAllocator implements NativeHeap {
  declare readonly [Symbol.dispose]: () => void;
  declare private readonly backing: Backing;
  declare private readonly binding: Binding;

  constructor(heap: Heap, backing: Backing) {
    const binding = new Binding(heap);
    super(heap, verbs(binding), { name: "native-c", grows: false, returnsMemory: backing.returnsMemory });
    present(this, WORDS);
    disposable(this);
    this.backing = backing;
    this.binding = binding;
  }

  tryAllocate(size: number, alignment?: number): Offset {
    if (!isUint32(size) || alignment !== undefined) return this.allocateChecked(size, alignment);
    // What is above the capacity finds no room either.
    return this.binding.now.allocate(size) >>> 0 || this.noRoom(size);
  }

  private noRoom(size: number): Offset {
    checkSize(size, this.capacity);
    return NULL;
  }

  free(offset: Offset): void {
    const freed = isUint32(offset) ? this.binding.now.free(offset) : INVALID;
    if (freed === 0) return;
    if (freed !== GAVE) this.refuseFree(offset, freed);
    this.backing.gave();
  }

  override resize(offset: Offset, size: number): boolean {
    const done = super.resize(offset, size);
    if (done) this.backing.gave();
    return done;
  }

  override reallocate(offset: Offset, size: number): Offset {
    const moved = super.reallocate(offset, size);
    this.backing.gave();
    return moved;
  }

  override freeMany(offsets: Offsets, count?: number): void {
    super.freeMany(offsets, count);
    this.backing.gave();
  }

  override reset(): void {
    super.reset();
    this.backing.gave();
  }

  get region(): Region | undefined {
    return this.backing.region;
  }

  get handle(): HeapHandle {
    return this.backing.handle;
  }

  purge(): number {
    return this.backing.purge();
  }

  unmap(): void {
    this.backing.unmap();
  }

  dispose(): void {
    this.backing.dispose();
  }

  get [Symbol.toStringTag](): string {
    return TAG;
  }
}

// What `Engine.free` answers beside 0 and 1.
const INVALID = 2;
const GAVE = 4;

/** What an `EngineAllocator` asks for. */
function verbs(binding: Binding): EngineVerbs {
  return {
    allocate: (size, alignment) => binding.now.allocateAligned(size, alignment),
    free: (offset) => binding.now.free(offset),
    sizeOf: (offset) => binding.now.sizeOf(offset),
    resize: (offset, size) => binding.now.resize(offset, size),
    reallocate: (offset, size) => binding.now.reallocate(offset, size),
    allocateMany: (size, out) => binding.now.allocateMany(size, out),
    freeMany: (offsets, count) => binding.now.freeMany(offsets, count),
    why: (offset) => binding.now.why(offset),
    reset: () => binding.now.reset(),
    verify: () => binding.now.verify(),
  };
}
