import type { Schema } from "../fields.ts";
import { type Place, readPlace } from "../options.ts";

export interface SharedPoolOptions<F extends Schema> extends Place {
  /** Records, 1 to 2²⁴; default 10,000. */
  readonly capacity?: number | undefined;
  /** Field names and types; none makes a pool of handles only. */
  readonly fields?: F | undefined;
  /** Threads at once, with the one that makes the pool, 1 to 254; default 14. Each bit that it takes more halves the lives of a slot. */
  readonly lanes?: number | undefined;
  /** A slot lives 2^generationBits − 1 times; default the most there can be: 28 with up to 14 lanes, 24 with 254. */
  readonly generationBits?: number | undefined;
  /** The life that each slot begins with; default 1. See `PoolOptions`. */
  readonly firstLife?: number | undefined;
}

export interface SharedAttachOptions<F extends Schema> {
  /** What `ticket()` of a thread that has the pool returned, for this thread. */
  readonly ticket: number;
  /** The same fields that the pool was made with, in any order. */
  readonly fields?: F | undefined;
  readonly byteOffset?: number | undefined;
}

const KNOWN = ["capacity", "fields", "lanes", "buffer", "byteOffset", "generationBits", "firstLife"];

export function readSharedOptions<O extends SharedPoolOptions<Schema>>(options: O, more: readonly symbol[] = []): O {
  return readPlace(options, [...KNOWN, ...more]);
}
