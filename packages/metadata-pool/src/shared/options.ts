import type { Schema } from "../fields.ts";
import { type PoolOptions, readPoolOptions } from "../options.ts";

export interface SharedPoolOptions<F extends Schema> extends Omit<PoolOptions<F>, "shared" | "generationBits"> {
  /** Threads at once, with the one that makes the pool, 1 to 254; default 14. Each bit that it takes more halves the lives of a slot. */
  readonly lanes?: number | undefined;
  /** A slot lives 2^generationBits − 1 times; default the most there can be: 28 with up to 14 lanes, 24 with 254. */
  readonly generationBits?: number | undefined;
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
  return readPoolOptions(options, more, KNOWN);
}
