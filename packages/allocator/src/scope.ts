import type { Allocator, Offset } from "./allocator.ts";
import { DoubleFreeError, InvalidBlockError } from "./errors.ts";
import { type TypedArrayConstructor, view } from "./view.ts";

/** A block that is freed when its scope ends: `using block = scope(allocator, 256)`. */
export class Scope implements Disposable {
  readonly #allocator: Allocator;
  #offset: Offset;
  #size: number;
  /** Told here, not by the allocator: by then the same offset may be someone else's block. */
  #live = true;

  constructor(allocator: Allocator, size: number, alignment?: number) {
    this.#offset = allocator.allocate(size, alignment);
    this.#allocator = allocator;
    this.#size = size;
  }

  /** Where the block is. It can move in `reallocate`, so ask, don't keep. Throws `InvalidBlockError` once freed. */
  get offset(): Offset {
    if (!this.#live) throw new InvalidBlockError(this.#offset);
    return this.#offset;
  }

  /** The bytes asked for. */
  get size(): number {
    return this.#size;
  }

  /** As many whole elements of `type` as fit the size asked for, in the memory as it is now. */
  view<T>(type: TypedArrayConstructor<T>): T {
    return view(this.#allocator, this.offset, type, Math.floor(this.#size / type.BYTES_PER_ELEMENT));
  }

  /** As `Allocator.reallocate`: when it throws, the block is as it was. Take new views afterwards. */
  reallocate(size: number): void {
    this.#offset = this.#allocator.reallocate(this.offset, size);
    this.#size = size;
  }

  /** Frees the block; a second time throws `DoubleFreeError`. */
  [Symbol.dispose](): void {
    if (!this.#live) throw new DoubleFreeError(this.#offset);
    this.#allocator.free(this.#offset);
    this.#live = false;
  }
}

/** A block of `size` bytes that is freed when the scope it is declared in ends, by return, break or throw. */
export function scope(allocator: Allocator, size: number, alignment?: number): Scope {
  return new Scope(allocator, size, alignment);
}
