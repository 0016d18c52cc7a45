import type { Trace } from "../trace.ts";
import { begin, replaceRandom, type WorkloadOptions } from "./options.ts";

export interface MallocLargeOptions extends WorkloadOptions {
  /** Blocks live at any time. */
  live?: number;
  /** Bytes, any size between equally likely. */
  least?: number;
  most?: number;
}

const MIB = 2 ** 20;

/**
 * Few very large blocks: a random one of 20 is replaced, 5–25 MiB each (mimalloc-bench's malloc-large). Only about 4,000
 * events, as in the original, and about 350 MB live: the work is in the sizes.
 */
export function mallocLarge(options: MallocLargeOptions = {}): Trace {
  const { live = 20, least = 5 * MIB, most = 25 * MIB } = options;
  const beginning = begin(options, { live, least, most });
  const { builder, random, times } = beginning;
  replaceRandom(beginning, live, times(2000), () => random.between(least, most));
  return builder.build();
}
