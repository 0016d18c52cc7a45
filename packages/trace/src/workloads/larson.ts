import type { Trace } from "../trace.ts";
import { begin, replaceRandom, type WorkloadOptions } from "./options.ts";

export interface LarsonOptions extends WorkloadOptions {
  /** Blocks live at any time. */
  live?: number | undefined;
  /** Bytes, any size between equally likely. */
  least?: number | undefined;
  most?: number | undefined;
}

/**
 * A server that has a fixed number of objects, and replaces one at random for each request (Larson and Krishnan 1998,
 * as mimalloc-bench runs it: 8–1000 bytes, 5,000 live). Without its threads, which a trace does not have.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function larson(options: LarsonOptions = {}): Trace {
  const beginning = begin(options, { live: 5000, least: 8, most: 1000 });
  const { builder, random, times, live, least, most } = beginning;
  replaceRandom(beginning, live, times(100_000), () => random.between(least, most));
  return builder.build();
}
