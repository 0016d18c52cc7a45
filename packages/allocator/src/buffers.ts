/**
 * Buffers, whoever made them. What kind of object a value is, is said by its tag: true of those of other windows too, and of a shared buffer where the page hides
 * `SharedArrayBuffer`; `instanceof` is neither.
 */
import { HostMemoryError, UnsupportedError } from "./errors.ts";

/** `Int32Array`, `SharedArrayBuffer` … */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Is it an `ArrayBuffer` or a `SharedArrayBuffer`? */
export function isBuffer(value: unknown): value is ArrayBufferLike {
  return tagOf(value) === "ArrayBuffer" || isShared(value);
}

/** Is it a `SharedArrayBuffer`? */
export function isShared(value: unknown): value is SharedArrayBuffer {
  return tagOf(value) === "SharedArrayBuffer";
}

/**
 * A new buffer of `bytes` zero bytes, a checked size; resizable where a `maxByteLength` above that is given. Throws
 * `HostMemoryError` where the host has no such memory, and `UnsupportedError` where it has no `SharedArrayBuffer`. O(1).
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
