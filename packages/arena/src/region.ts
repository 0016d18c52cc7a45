import { checkInteger, InvalidArgumentError, isBuffer, MAX_CAPACITY, type Memory } from "@ariax/allocator";

/** Memory that exists: all of it, or the part from `byteOffset` on. */
export type GivenMemory = (
  | { readonly buffer: ArrayBufferLike }
  /** As WebAssembly memory: its buffer may be replaced by a longer one. */
  | { readonly memory: Memory }
) & {
  /** Bytes from the buffer's beginning; default 0. */
  readonly byteOffset?: number;
  /** Bytes that may be used; default all that follow. */
  readonly byteLength?: number;
};

/** Where an arena lies: granules of 8 bytes, from `first` up to `limit`. Granule 0 is NULL and never in it. */
export interface Region {
  readonly memory: Memory;
  readonly first: number;
  readonly limit: number;
}

/** Memory of its own for `capacity` bytes: they are rounded up to 8, and 8 more keep the offset 0 free. */
export function ownRegion(capacity: number): Region {
  const granules = Math.ceil(checkInteger("capacity", capacity, 1, MAX_CAPACITY) / 8);
  return { memory: { buffer: new ArrayBuffer(8 * (1 + granules)) }, first: 1, limit: 1 + granules };
}

/** The whole granules of memory that exists. */
export function givenRegion(given: GivenMemory): Region {
  const memory = "memory" in given ? given.memory : { buffer: given.buffer };
  if (!isBuffer(memory?.buffer)) throw new InvalidArgumentError("invalid buffer: it is no ArrayBuffer");
  const room = memory.buffer.byteLength;
  const byteOffset = checkInteger("byteOffset", given.byteOffset ?? 0, 0, room);
  const byteLength = checkInteger("byteLength", given.byteLength ?? room - byteOffset, 0, room - byteOffset);
  const first = Math.max(1, Math.ceil(byteOffset / 8));
  const limit = Math.min(Math.floor((byteOffset + byteLength) / 8), first + MAX_CAPACITY / 8, 2 ** 29 - 1);
  if (limit <= first) {
    throw new InvalidArgumentError(`invalid buffer: ${byteLength} bytes at ${byteOffset} have no room for a block`);
  }
  return { memory, first, limit };
}
