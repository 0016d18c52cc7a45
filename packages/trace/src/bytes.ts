import { DetachedError } from "@ariax/allocator";
import { isBuffer } from "@ariax/allocator/implement";

/**
 * The bytes of a buffer, or of a view of any kind, of whatever realm; undefined where `value` is neither. Throws
 * `DetachedError` where they are gone.
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  const whole = isBuffer(value);
  if (!whole && !ArrayBuffer.isView(value)) return undefined;
  try {
    if (whole) return new Uint8Array(value);
    const { buffer, byteOffset, byteLength } = value;
    // A view that its buffer has become too short for has no bytes, and does not say so, except to the methods of its kind.
    if (!("getUint8" in value)) Uint8Array.prototype.at.call(value as Uint8Array, 0);
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch {
    throw new DetachedError("the bytes are gone, their buffer was transferred or shrunk");
  }
}
