/**
 * Whether a buffer can be detached. Some can't: since Node 24, `markAsUntransferable` gives a buffer a detach key, and whoever detaches
 * it without that is refused. Node-API can't ask for it, and `napi_detach_arraybuffer` ends the process where there is one.
 *
 * JavaScript can: `transfer()` throws then. Otherwise it moves the memory, without a copy, to a new buffer, which has no key.
 */
import { UnsupportedError } from "@ariax/allocator";

/** The engine's own, whoever replaces it later. Node 20 has none, nor keys; a polyfill there would make a copy, or refuse. */
const transfer: (() => ArrayBuffer) | undefined =
  Number.parseInt(process.versions.node, 10) >= 22 ? ArrayBuffer.prototype.transfer : undefined;

/** The buffer that has the memory now, and can be detached. Throws `UnsupportedError`, and nothing has changed, where none can. */
export function detachable(buffer: ArrayBuffer): ArrayBuffer {
  if (transfer === undefined) return buffer;
  try {
    return transfer.call(buffer);
  } catch {
    throw new UnsupportedError(
      `the buffer of ${buffer.byteLength} bytes can't be detached, as it was given to markAsUntransferable`,
    );
  }
}
