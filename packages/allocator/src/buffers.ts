/**
 * Buffers, whoever made them. What kind of object a value is, is said by its tag: true of those of other windows too, and of a
 * shared buffer where the page hides `SharedArrayBuffer`; `instanceof` is neither.
 */
import { DetachedError, HostMemoryError, InvalidArgumentError, UnsupportedError } from "./errors.ts";

/** `Int32Array`, `SharedArrayBuffer` …; `revoked Proxy`, of which nothing can be asked. */
export function tagOf(value: unknown): string {
  if (isRevoked(value)) return "revoked Proxy";
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Is it a proxy that was revoked? Whatever is done with one throws, but `typeof`. */
export function isRevoked(value: unknown): boolean {
  try {
    Array.isArray(value); // looks through a proxy, and asks nothing of it
    return false;
  } catch {
    return true;
  }
}

/** Is it an `ArrayBuffer` or a `SharedArrayBuffer`? A proxy of one has its tag, but no bytes. */
export function isBuffer(value: unknown): value is ArrayBufferLike {
  try {
    if (tagOf(value) !== "ArrayBuffer" && !isShared(value)) return false;
    const { byteLength } = value as ArrayBuffer;
    // Of one that was transferred away no view can be made, and none is needed: its length says so.
    return byteLength === 0 || new DataView(value as ArrayBuffer).byteLength === byteLength;
  } catch {
    return false;
  }
}

/** Was a buffer transferred away? Its length is 0 then, as that of an empty one, of which a view can be made all the same. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new DataView(buffer);
    return false;
  } catch {
    return true;
  }
}

/**
 * `buffer`, if it is one and has its bytes. For whoever is given memory: what it is too short for comes later. `more` says what else would
 * do. O(1).
 *
 * @throws `InvalidArgumentError` otherwise.
 * @throws `DetachedError` where it was transferred away.
 */
export function checkBuffer(buffer: ArrayBufferLike, more = ""): ArrayBufferLike {
  if (!isBuffer(buffer)) {
    throw new InvalidArgumentError(`invalid buffer: neither an ArrayBuffer nor a SharedArrayBuffer${more}`);
  }
  if (isDetached(buffer)) throw new DetachedError("the given buffer was transferred; pass the one that it became");
  return buffer;
}

/** Is it a `SharedArrayBuffer`? */
export function isShared(value: unknown): value is SharedArrayBuffer {
  return tagOf(value) === "SharedArrayBuffer";
}

/**
 * A new buffer of `bytes` zero bytes, a checked size; resizable where a `maxByteLength` above that is given. O(1).
 *
 * @throws `HostMemoryError` where the host has no such memory.
 * @throws `UnsupportedError` where it has no `SharedArrayBuffer`.
 */
export function newBuffer(bytes: number, shared: boolean = false, maxByteLength: number = bytes): ArrayBufferLike {
  if (shared && typeof SharedArrayBuffer === "undefined") {
    throw new UnsupportedError(
      "no SharedArrayBuffer here: a page has it once it is cross-origin isolated (the headers " +
        "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)",
    );
  }
  const type = shared ? SharedArrayBuffer : ArrayBuffer;
  try {
    return maxByteLength > bytes ? new type(bytes, { maxByteLength }) : new type(bytes);
  } catch {
    throw new HostMemoryError(maxByteLength); // the size is a checked one: the host has no room for it
  }
}
