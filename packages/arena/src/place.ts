import { checkInteger, InvalidArgumentError, isBuffer, type Memory } from "@ariax/allocator";

/** Where something of a known length is to lie: in memory that exists, or, without any, in memory of its own. */
export interface Place {
  /** As WebAssembly memory: its buffer may be replaced by a longer one. */
  readonly memory?: Memory;
  readonly buffer?: ArrayBufferLike;
  /** Bytes from the buffer's beginning; default 0. */
  readonly byteOffset?: number;
}

/** Offsets are below 4 GiB, and the last granule has none. */
const MAX_END = 2 ** 32 - 8;

/**
 * Memory for `bytes`, and where they begin: at a multiple of `alignment`, at or above the place's `byteOffset`, and never
 * at 0. Throws `InvalidArgumentError` where there is no room.
 */
export function findPlace(bytes: number, alignment: number, place: Place): { memory: Memory; begin: number } {
  const { buffer, byteOffset } = place;
  if (place.memory === undefined && buffer === undefined) {
    if (byteOffset !== undefined) throw new InvalidArgumentError("invalid byteOffset: no buffer or memory is given");
    return { memory: { buffer: new ArrayBuffer(alignment + bytes) }, begin: alignment };
  }
  const memory = place.memory ?? { buffer };
  if (!hasBuffer(memory)) throw new InvalidArgumentError("invalid buffer: it is no ArrayBuffer");
  const length = memory.buffer.byteLength;
  const begin = alignment * Math.max(1, Math.ceil(checkInteger("byteOffset", byteOffset ?? 0, 0, length) / alignment));
  if (begin + bytes > Math.min(length, MAX_END)) {
    throw new InvalidArgumentError(`invalid buffer: ${bytes} bytes from ${begin} on do not fit into its ${length}`);
  }
  return { memory, begin };
}

function hasBuffer(memory: { readonly buffer?: unknown } | null): memory is Memory {
  return isBuffer(memory?.buffer);
}
