import { DetachedError, InvalidArgumentError } from "@ariax/allocator";
import { newBuffer, show, tagOf } from "@ariax/allocator/implement";

/** A copy of some bytes of a buffer. Throws `HostMemoryError`. */
export function copyBytes(buffer: ArrayBufferLike, from: number, length: number): Uint8Array {
  const copy = new Uint8Array(newBuffer(length));
  copy.set(new Uint8Array(buffer, from, length));
  return copy;
}

/** A buffer of its own with the bytes of a snapshot. Throws `InvalidArgumentError` where it is no bytes, `DetachedError` where these are gone, and `HostMemoryError`. */
export function copyOf(snapshot: Uint8Array, shared: boolean): ArrayBufferLike {
  if (!ArrayBuffer.isView(snapshot) || tagOf(snapshot) !== "Uint8Array") {
    throw new InvalidArgumentError(`invalid snapshot: ${show(snapshot)} is no Uint8Array`);
  }
  const buffer = newBuffer(snapshot.byteLength, shared);
  try {
    new Uint8Array(buffer).set(snapshot);
  } catch {
    throw new DetachedError("the snapshot is gone, its buffer was transferred or shrunk");
  }
  return buffer;
}
