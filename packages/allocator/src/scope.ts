/// <reference lib="esnext.disposable" preserve="true" />
import type { Allocator, Offset } from "./allocator.ts";
import { checkAllocator } from "./check.ts";
import { disposable } from "./dispose.ts";
import { DoubleFreeError, InvalidBlockError } from "./errors.ts";
import { bytesPerElement, type TypedArrayConstructor, view } from "./view.ts";
import type { ViewOf } from "./view-types.ts";
import { checkWritable } from "./writable.ts";

/**
 * A block that is freed when its scope ends: `using block = scope(allocator, 256)`.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 */
export class Scope<B extends ArrayBufferLike = ArrayBufferLike> implements Disposable {
  declare readonly [Symbol.dispose]: () => void;
  declare private readonly allocator: Allocator<B>;
  declare private at: Offset;
  declare private bytes: number;
  /** Known here, not asked of the allocator: by then the same offset may be someone else's block. */
  declare private live: boolean;
  /** This object, and not a proxy of it. */
  declare private readonly itself: () => this;
  /** See `writable.ts`. */
  declare private turn: number;

  constructor(allocator: Allocator<B>, size: number, alignment?: number) {
    disposable(this);
    this.at = checkAllocator(allocator).allocate(size, alignment);
    this.allocator = allocator;
    this.bytes = size;
    this.live = true;
    this.turn = 0;
    this.itself = () => this;
  }

  /**
   * Where the block is. It can move in `reallocate`, so ask, don't keep.
   *
   * @throws `InvalidBlockError` once freed.
   */
  get offset(): Offset {
    if (!this.live) throw new InvalidBlockError(this.at);
    return this.at;
  }

  /** The bytes asked for. */
  get size(): number {
    return this.bytes;
  }

  /**
   * As many whole elements of `type` as fit the size asked for, in the memory as it is now.
   *
   * @throws `InvalidBlockError` for a block that is not live.
   */
  view<T>(type: TypedArrayConstructor<T>): ViewOf<T, B> {
    return view(this.allocator, this.offset, type, Math.floor(this.bytes / bytesPerElement(type)));
  }

  /**
   * As `Allocator.reallocate`: when it throws, the block is as it was. Take new views afterwards.
   *
   * @throws `InvalidBlockError` for a block that is not live.
   */
  reallocate(size: number): void {
    const it = this.itself();
    checkWritable(it);
    it.at = it.allocator.reallocate(it.offset, size);
    it.bytes = size;
  }

  /**
   * Frees the block, as the end of `using` does.
   *
   * @throws `DoubleFreeError` the second time.
   */
  dispose(): void {
    const it = this.itself();
    if (!it.live) throw new DoubleFreeError(it.at);
    checkWritable(it);
    it.allocator.free(it.at);
    it.live = false;
  }
}

/**
 * A block of `size` bytes that is freed when the scope it is declared in ends, by return, break or throw.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 *
 * @example
 * ```ts
 * import { scope } from "@ariax/allocator";
 * import { SlabAllocator } from "@ariax/slab";
 *
 * const heap = new SlabAllocator({ capacity: 1 << 20 });
 * {
 *   using block = scope(heap, 4096);
 *   block.view(Float32Array).fill(1);
 * } // freed here, also by a throw
 * heap.verify();
 * ```
 */
export function scope<B extends ArrayBufferLike>(allocator: Allocator<B>, size: number, alignment?: number): Scope<B> {
  return new Scope(allocator, size, alignment);
}
