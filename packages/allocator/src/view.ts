import type { Allocator, Offset } from "./allocator.ts";
import { isRevoked } from "./buffers.ts";
import { checkAllocator, checkInteger } from "./check.ts";
import { InvalidArgumentError } from "./errors.ts";
import { show } from "./show.ts";
import type { ViewOf } from "./view-types.ts";

/** Any of the typed array constructors. */
export interface TypedArrayConstructor<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): T;
}

/**
 * `length` elements of a live block as a typed array. Checked: the block is live, aligned for the type and large enough.
 * The view is of the memory as it is now: where `traits.grows`, take a new one after an allocation, or keep a
 * `View`, which does that by itself.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function view<T, B extends ArrayBufferLike = ArrayBufferLike>(
  allocator: Allocator<B>,
  offset: Offset,
  type: TypedArrayConstructor<T>,
  length: number,
): ViewOf<T, B> {
  const unit = bytesPerElement(type);
  const room = checkAllocator(allocator).sizeOf(offset);
  checkLength(length, unit, room);
  if (offset % unit !== 0)
    throw new InvalidArgumentError(`invalid view: offset ${offset} is not a multiple of ${unit}`);
  return new type(allocator.memory.buffer, offset, length) as ViewOf<T, B>;
}

/**
 * How many elements of `unit` bytes, of a block of `room` bytes.
 *
 * @throws `InvalidArgumentError` for more than it has.
 */
function checkLength(length: number, unit: number, room: number): number {
  if (Number.isInteger(length) && length * unit > room) {
    throw new InvalidArgumentError(
      `invalid length: ${length} elements are ${length * unit} bytes, the block has ${room}`,
    );
  }
  return checkInteger("length", length, 0, Math.floor(room / unit));
}

/**
 * Bytes of an element of `type`.
 *
 * @throws `InvalidArgumentError` where it is no typed array's constructor.
 */
export function bytesPerElement(type: TypedArrayConstructor<unknown>): number {
  if (typeof type === "function" && !isRevoked(type)) {
    const bytes: unknown = type.BYTES_PER_ELEMENT;
    if (typeof bytes === "number") return bytes;
  }
  throw new InvalidArgumentError(`invalid type: ${show(type)} is no constructor of typed arrays`);
}

/**
 * A view that survives growth: `array` is rebuilt when the memory's buffer has been replaced, and is otherwise the same
 * object each time. Read it again after each call that may allocate.
 */
export class View<T, B extends ArrayBufferLike = ArrayBufferLike> {
  declare readonly offset: Offset;
  declare private readonly allocator: Allocator<B>;
  declare private readonly type: TypedArrayConstructor<T>;
  declare private readonly length: number;
  declare private buffer: ArrayBufferLike;
  declare private elements: ViewOf<T, B>;

  /** @throws `InvalidArgumentError` for a wrong argument or option. */
  constructor(allocator: Allocator<B>, offset: Offset, type: TypedArrayConstructor<T>, length: number) {
    this.elements = view(allocator, offset, type, length);
    this.buffer = allocator.memory.buffer;
    this.allocator = allocator;
    this.type = type;
    this.length = length;
    this.offset = offset;
  }

  /** The elements, in the memory as it is now. */
  get array(): ViewOf<T, B> {
    const buffer = this.allocator.memory.buffer;
    if (buffer !== this.buffer) {
      this.elements = new this.type(buffer, this.offset, this.length) as ViewOf<T, B>;
      this.buffer = buffer;
    }
    return this.elements;
  }
}
