/** What a device refuses, and what is gone with it. */
import { AllocatorError, InvalidSizeError } from "@ariax/allocator";

/** Device memory that there isn't. Nothing changed; less, or freeing something else, may help. Code `ERR_OUT_OF_MEMORY`. */
export class DeviceMemoryError extends AllocatorError {
  override readonly name: string = "DeviceMemoryError";
  /** The bytes asked for. What the device has, it does not say. */
  readonly requested: number;

  constructor(bytes: number, reason: string) {
    super("ERR_OUT_OF_MEMORY", `out of memory: the device has no buffer of ${bytes} bytes: ${lineOf(reason)}`);
    this.requested = bytes;
  }
}

/** The device is lost, or was destroyed: make new pools of a new device. Code `ERR_DETACHED`. */
export class DeviceLostError extends AllocatorError {
  override readonly name: string = "DeviceLostError";

  constructor(reason: string) {
    super("ERR_DETACHED", `detached: the device is lost, and its buffers with it: ${lineOf(reason)}`);
  }
}

/** A pool, or a ring, that was disposed of. Code `ERR_CLOSED`. */
export class PoolDisposedError extends AllocatorError {
  override readonly name: string = "PoolDisposedError";

  constructor(label: string) {
    super("ERR_CLOSED", `closed: ${JSON.stringify(label)} was disposed of, and its buffers destroyed`);
  }
}

/**
 * A size of at most `most` bytes: all of `maxBytes` but for less than a `unit`, or else what the device allows. Throws
 * `InvalidSizeError`, which says which of the two it is.
 */
export function checkSizeWithin(size: number, most: number, maxBytes: number, unit: number): void {
  if (Number.isInteger(size) && size >= 0 && size <= most) return;
  const who = maxBytes - most < unit ? ", set by maxBytes" : ", set by the device";
  throw new InvalidSizeError(size, most, "maximum", who);
}

/** What an error for want of room says of bytes that nobody has any more; nothing where there are none. */
export const waitingBytes = (bytes: number): string =>
  bytes > 0 ? `${bytes} bytes wait for queue.submit and the GPU` : "";

/** The first line of what a device says, without the dot at its end. */
export const lineOf = (reason: string): string =>
  reason.split("\n", 1)[0]!.trim().replace(/\.$/, "") || "no reason given";

/** What a host threw, as words. */
export const wordsOf = (error: unknown): string => String((error as { message?: unknown } | null)?.message ?? error);
