import { InvalidArgumentError, type Memory } from "@ariax/allocator";
import { checkAlone, checkBoolean, checkBuffer, checkInteger, isRevoked, newBuffer } from "@ariax/allocator/implement";

/** Where something of a known length is to lie: in memory that exists, or, without any, in memory of its own. */
export interface Place {
  /** As WebAssembly memory: its buffer may be replaced by a longer one. */
  readonly memory?: Memory | undefined;
  readonly buffer?: ArrayBufferLike | undefined;
  /** Bytes from the buffer's beginning; default 0. */
  readonly byteOffset?: number | undefined;
  /** Is memory of its own a `SharedArrayBuffer`? Default false. */
  readonly shared?: boolean | undefined;
}

/** The names of these options. */
export const PLACE: readonly string[] = ["memory", "buffer", "byteOffset", "shared"];

/** Offsets are below 4 GiB, and the last granule has none. */
const MAX_END = 2 ** 32 - 8;

/**
 * Memory for `bytes`, and where they begin: at a multiple of `alignment`, at or above the place's `byteOffset`, and never
 * at 0. Throws `InvalidArgumentError` where there is no room, and as `checkBuffer` and `newBuffer` do.
 */
export function findPlace(bytes: number, alignment: number, place: Place): { memory: Memory; begin: number } {
  if (isOwn(place)) {
    if (place.byteOffset !== undefined)
      throw new InvalidArgumentError("invalid byteOffset: no buffer or memory is given");
    return { memory: ownMemory(alignment + bytes, place.shared), begin: alignment };
  }
  const { byteOffset = 0 } = place;
  const { memory, length } = givenMemory(place);
  const begin = alignment * Math.max(1, Math.ceil(checkInteger("byteOffset", byteOffset, 0, length) / alignment));
  if (begin + bytes > Math.min(length, MAX_END)) {
    throw new InvalidArgumentError(`invalid buffer: ${bytes} bytes from ${begin} on do not fit into its ${length}`);
  }
  return { memory, begin };
}

/** Is no memory given? */
export function isOwn({ memory, buffer }: Place): boolean {
  return memory === undefined && buffer === undefined;
}

/** New memory. */
export function ownMemory(bytes: number, shared = false): Memory {
  return { buffer: newBuffer(bytes, checkBoolean("shared", shared)) };
}

/** The memory that a place names, and the bytes it has now. */
export function givenMemory(place: Place): { memory: Memory; length: number } {
  checkAlone(place, "memory", ["buffer"]);
  checkAlone(place, "shared", ["memory", "buffer"]);
  const memory: { readonly buffer?: unknown } | null = place.memory ?? { buffer: place.buffer };
  const buffer = (isRevoked(memory) ? undefined : memory?.buffer) as ArrayBufferLike;
  return { memory: memory as Memory, length: checkBuffer(buffer).byteLength };
}
