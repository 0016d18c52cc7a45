import type { Trace } from "../trace.ts";
import { begin, replaceRandom, type WorkloadOptions } from "./options.ts";

export interface MallocLargeOptions extends WorkloadOptions {
  /** Blocks live at any time. */
  live?: number | undefined;
  /** Bytes, any size between equally likely. */
  least?: number | undefined;
  most?: number | undefined;
}

const MIB = 2 ** 20;

/**
 * Few very large blocks: a random one of 20 is replaced, 5–25 MiB each (mimalloc-bench's malloc-large). Only about 4,000
 * events, as in the original, and about 350 MB live: the work is in the sizes.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function mallocLarge(options: MallocLargeOptions = {}): Trace {
  const beginning = begin(options, { live: 20, least: 5 * MIB, most: 25 * MIB });
  const { builder, random, times, live, least, most } = beginning;
  replaceRandom(beginning, live, times(2000), () => random.between(least, most));
  return builder.build();
}
