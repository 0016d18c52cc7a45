/**
 * What kind of object a value is, by its tag: true of those of other windows too, and of a shared buffer where the page hides
 * `SharedArrayBuffer`; `instanceof` is neither.
 */

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
