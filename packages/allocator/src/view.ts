import type { Allocator, Offset } from "./allocator.ts";
import { checkInteger } from "./check.ts";
import { InvalidArgumentError } from "./errors.ts";

/** Any of the typed array constructors. */
export interface TypedArrayConstructor<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/**
 * `length` elements of a live block as a typed array. Checked: the block is live, aligned for the type and large enough.
 * The view is of the memory as it is now: where `traits.grows`, take a new one after an allocation, or keep a
 * `View`, which does that by itself.
 */
export function view<T>(allocator: Allocator, offset: Offset, type: TypedArrayConstructor<T>, length: number): T {
  const room = allocator.sizeOf(offset);
  checkInteger("length", length, 0, Math.floor(room / type.BYTES_PER_ELEMENT));
  if (offset % type.BYTES_PER_ELEMENT !== 0) {
    throw new InvalidArgumentError(`invalid view: offset ${offset} is not a multiple of ${type.BYTES_PER_ELEMENT}`);
  }
  return new type(allocator.memory.buffer, offset, length);
}

/**
 * A view that survives growth: `array` is rebuilt when the memory's buffer has been replaced, and is otherwise the same
 * object each time. Read it again after each call that may allocate.
 */
export class View<T> {
  readonly #allocator: Allocator;
  readonly #type: TypedArrayConstructor<T>;
  readonly #length: number;
  readonly offset: Offset;
  #buffer: ArrayBufferLike;
  #array: T;

  constructor(allocator: Allocator, offset: Offset, type: TypedArrayConstructor<T>, length: number) {
    this.#array = view(allocator, offset, type, length);
    this.#buffer = allocator.memory.buffer;
    this.#allocator = allocator;
    this.#type = type;
    this.#length = length;
    this.offset = offset;
  }

  /** The elements, in the memory as it is now. */
  get array(): T {
    const buffer = this.#allocator.memory.buffer;
    if (buffer !== this.#buffer) {
      this.#array = new this.#type(buffer, this.offset, this.#length);
      this.#buffer = buffer;
    }
    return this.#array;
  }
}
