import type { Allocator, Offset } from "./allocator.ts";
import { type TypedArrayConstructor, view } from "./view.ts";

/** A block that is freed when its scope ends: `using block = scope(allocator, 256)`. */
export class Scope implements Disposable {
  readonly #allocator: Allocator;
  #offset: Offset;
  /** The bytes asked for. */
  readonly size: number;

  constructor(allocator: Allocator, size: number, alignment?: number) {
    this.#offset = allocator.allocate(size, alignment);
    this.#allocator = allocator;
    this.size = size;
  }

  /** Where the block is: it can move in `reallocate`, so it is asked for, not kept. */
  get offset(): Offset {
    return this.#offset;
  }

  /** As many whole elements of `type` as fit the size asked for, in the memory as it is now. */
  view<T>(type: TypedArrayConstructor<T>): T {
    return view(this.#allocator, this.#offset, type, Math.floor(this.size / type.BYTES_PER_ELEMENT));
  }

  /** Frees the block; a second time throws `DoubleFreeError`, as `free` does. */
  [Symbol.dispose](): void {
    this.#allocator.free(this.#offset);
  }
}

/** A block of `size` bytes that is freed when the scope it is declared in ends, by return, break or throw. */
export function scope(allocator: Allocator, size: number, alignment?: number): Scope {
  return new Scope(allocator, size, alignment);
}
