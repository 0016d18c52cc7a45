import { newBuffer } from "@ariax/allocator/implement";

type Numbers = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

/** The constructor of one of them. */
interface NumbersConstructor<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike): A;
}

/** `length` zeros. O(1). Throws `HostMemoryError` where the host has no room for them. */
export function newArray<A>(type: NumbersConstructor<A>, length: number): A {
  return new type(newBuffer(length * type.BYTES_PER_ELEMENT));
}

/** A copy of that length: what is behind the old elements is 0. O(length). Throws `HostMemoryError`. */
export function resized<A extends Numbers>(array: A, length: number): A {
  const copy = newArray(array.constructor as unknown as NumbersConstructor<A>, length);
  copy.set(length < array.length ? array.subarray(0, length) : array);
  return copy;
}

/** A copy of twice the length. O(length). Throws `HostMemoryError`. */
export function grown<A extends Numbers>(array: A): A {
  return resized(array, array.length * 2);
}

/** All of them, one behind the other. O(bytes). Throws `HostMemoryError`. */
export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = newArray(
    Uint8Array,
    pieces.reduce((sum, piece) => sum + piece.length, 0),
  );
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
