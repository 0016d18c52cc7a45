/**
 * One heap, in one WebAssembly memory, and three engines that operate it in turns: what one began the next goes on with.
 * After each turn all three look whether every invariant holds.
 */
import type { Allocator, AllocatorStats, Offset, Traits } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { WasmAllocator } from "@ariax/wasm";
import { NativeAllocator } from "../src/index.ts";

/** Calls in a turn. */
const TURN = 100;
const WASM_PAGE = 65536;

export class Rotating implements Allocator {
  readonly memory: WebAssembly.Memory;
  readonly traits: Traits;
  /** How many turns there were, and calls in them. */
  turns = 0;
  calls = 0;
  readonly #engines: readonly Allocator[];

  /** A heap that begins at a page of the memory, as its first engine finds it. */
  private constructor(memory: WebAssembly.Memory, byteOffset: number) {
    this.memory = memory;
    this.#engines = [
      SlabAllocator.attach(memory, byteOffset),
      WasmAllocator.attachSync(memory, byteOffset),
      NativeAllocator.attach(memory, byteOffset, { engine: "c" }),
    ];
    this.traits = { ...this.#engines[0].traits, name: "rotating" };
  }

  /** A heap of so many bytes; or one that begins with `initial`, and is made longer by the engines that can. */
  static make(capacity: number, initial: number = capacity): Rotating {
    const byteOffset = 4096;
    const pages = (bytes: number) => Math.ceil((byteOffset + bytes) / WASM_PAGE);
    const memory = new WebAssembly.Memory({ initial: pages(initial), maximum: pages(capacity) });
    new SlabAllocator({ memory, byteOffset, byteLength: capacity });
    return new Rotating(memory, byteOffset);
  }

  /** The heap in a copy of such a memory. */
  static over(buffer: ArrayBufferLike): Rotating {
    const memory = new WebAssembly.Memory({ initial: buffer.byteLength / WASM_PAGE });
    new Uint8Array(memory.buffer).set(new Uint8Array(buffer));
    return new Rotating(memory, 4096);
  }

  /** The engine whose turn it is, for one call more. */
  get #now(): Allocator {
    if (this.calls++ % TURN === 0) {
      this.verify();
      this.turns++;
    }
    return this.#engines[this.turns % this.#engines.length];
  }

  allocate(size: number, alignment?: number): Offset {
    return this.#now.allocate(size, alignment);
  }

  tryAllocate(size: number, alignment?: number): Offset {
    return this.#now.tryAllocate(size, alignment);
  }

  resize(offset: Offset, size: number): boolean {
    return this.#now.resize(offset, size);
  }

  reallocate(offset: Offset, size: number): Offset {
    return this.#now.reallocate(offset, size);
  }

  free(offset: Offset): void {
    this.#now.free(offset);
  }

  allocateMany(size: number, out: Int32Array): number {
    return this.#now.allocateMany(size, out);
  }

  freeMany(offsets: Int32Array, count?: number): void {
    this.#now.freeMany(offsets, count);
  }

  reset(): void {
    this.#now.reset();
  }

  // What only looks is no call of a turn: each engine is asked, and one answer given.
  sizeOf(offset: Offset): number {
    const [size, ...others] = this.#engines.map((engine) => engine.sizeOf(offset));
    if (others.some((other) => other !== size)) throw new Error(`sizeOf(${offset}): ${[size, ...others]}`);
    return size;
  }

  stats(): AllocatorStats {
    return this.#engines[0].stats();
  }

  verify(): void {
    for (const engine of this.#engines) engine.verify();
  }
}
