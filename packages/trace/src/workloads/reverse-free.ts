import type { Trace } from "../trace.ts";
import { begin, checkWork, freeAll, type WorkloadOptions } from "./options.ts";

export interface ReverseFreeOptions extends WorkloadOptions {
  /** Blocks in an array. */
  blocks?: number | undefined;
  /** Bytes, any size between equally likely, one for a whole array. */
  least?: number | undefined;
  most?: number | undefined;
}

/** Arrays that are live at once: the oldest one is freed when another is made. */
const ARRAYS = 8;

/**
 * Arrays of equal blocks, 1–1000 bytes, freed forwards and backwards in turn.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function reverseFree(options: ReverseFreeOptions = {}): Trace {
  const { builder, random, times, blocks, least, most } = begin(options, { blocks: 500, least: 1, most: 1000 });
  const rounds = times(400);
  checkWork(2 * blocks * rounds);
  const arrays: number[][] = [];
  for (let n = 0; n < rounds; n++) {
    const size = random.between(least, most);
    const ids = Array.from({ length: blocks }, () => builder.allocate(size));
    arrays.push(n % 2 === 0 ? ids : ids.reverse());
    if (arrays.length > ARRAYS) freeAll(builder, arrays.shift() ?? []);
  }
  freeAll(builder, arrays.flat());
  return builder.build();
}
