/** What a `RangeHeap` is made of: options, read once and checked. */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkAlone, checkBoolean, checkInteger, readOptions, show } from "@ariax/allocator/implement";
import { MAX_BLOCKS, MAX_GRANULES } from "./layout.ts";

export interface RangeHeapOptions {
  /** The range, in bytes: 1 granule to 2⁴⁸, rounded down to whole granules. There are at most 2³² − 1 of these. */
  readonly bytes: number;
  /** Blocks begin at multiples of it, and are rounded up to it: a power of two from 1 to 2³⁰ bytes. Default 256. */
  readonly granule?: number | undefined;
  /** The most bytes that `grow` may make of it. Default: `bytes`, so that it does not grow. */
  readonly maxBytes?: number | undefined;
  /**
   * The most blocks at once, 1 to 2²⁴; deferred ones and moves under way count too. The control block is made for so many, and no call
   * allocates anything. Default: it becomes longer as blocks become more, by a half each time, and is copied for that.
   */
  readonly blocks?: number | undefined;
  /**
   * `"offset"`, the default: a handle is the block's first granule, and 1, so that the offset is (handle − 1) · granule; a move changes it.
   * `"table"`: a handle is a name that stays when the block is moved, and is never given again. The first 2³² − 1 have 32 bits, what
   * follows them 53.
   */
  readonly handles?: "offset" | "table" | undefined;
  /** Memory for the control block that exists; what lies there is overwritten. `RangeHeap.byteLength` says how much is needed. */
  readonly buffer?: ArrayBufferLike | undefined;
  /** Where in `buffer`, in bytes, a multiple of 4; default 0. */
  readonly byteOffset?: number | undefined;
  /** A control block that other threads can see, one at a time; default false. */
  readonly shared?: boolean | undefined;
}

/** What the options say. Granules, and the logarithm of a granule's bytes. */
export interface Wish {
  readonly shift: number;
  readonly size: number;
  readonly most: number;
  /** Bytes of `maxBytes` beside these granules. */
  readonly rest: number;
  /** Blocks; 0 = as many as there is room for. */
  readonly blocks: number;
  readonly table: boolean;
  readonly buffer: ArrayBufferLike | undefined;
  readonly byteOffset: number;
  readonly shared: boolean;
}

export const MAX_BYTES: number = 2 ** 48;
/** The largest granule, and alignment. */
export const MAX_ALIGNMENT: number = 2 ** 30;
const DEFAULT_GRANULE = 256;

const KNOWN = ["bytes", "granule", "maxBytes", "blocks", "handles", "buffer", "byteOffset", "shared"];

/** Throws `InvalidArgumentError`. */
export function readWish(options: RangeHeapOptions): Wish {
  const given = readOptions(options, KNOWN);
  checkAlone(given, "shared", ["buffer"]);
  if (given.byteOffset !== undefined && given.buffer === undefined) {
    throw new InvalidArgumentError("contradictory options: byteOffset means nothing without buffer");
  }
  const { granule = DEFAULT_GRANULE, bytes, maxBytes = bytes, blocks = 0, handles = "offset" } = given;
  const { buffer, byteOffset = 0, shared = false } = given;
  const shift = typeof granule === "number" ? 31 - Math.clz32(granule) : -1;
  if (shift < 0 || granule !== 2 ** shift || granule > MAX_ALIGNMENT) {
    throw new InvalidArgumentError(
      `invalid granule: ${show(granule)} is not a power of two from 1 to ${MAX_ALIGNMENT}`,
    );
  }
  checkInteger("bytes", bytes, granule, MAX_BYTES);
  checkInteger("maxBytes", maxBytes, bytes, MAX_BYTES);
  if (given.blocks !== undefined) checkInteger("blocks", blocks, 1, MAX_BLOCKS);
  if (handles !== "offset" && handles !== "table") {
    throw new InvalidArgumentError(`invalid handles: ${show(handles)} is not "offset" or "table"`);
  }
  checkBoolean("shared", shared);
  const size = granulesOf(bytes, granule);
  const most = granulesOf(maxBytes, granule);
  const rest = maxBytes - most * granule;
  const table = handles === "table";
  return { shift, size, most, rest, blocks: Math.min(blocks, most), table, buffer, byteOffset, shared };
}

/** Whole granules in so many bytes. */
export function granulesOf(bytes: number, granule: number): number {
  const granules = Math.floor(bytes / granule);
  // 2³² of them are one too many, for a handle is never 0; but 2³² · 64 KiB is what people will ask for.
  if (granules <= MAX_GRANULES + 1) return Math.min(granules, MAX_GRANULES);
  let least = granule;
  while (bytes / least > MAX_GRANULES + 1) least *= 2;
  throw new InvalidArgumentError(
    `invalid granule: ${granule} bytes are too few for a range of ${bytes} bytes, it needs ${least}`,
  );
}
