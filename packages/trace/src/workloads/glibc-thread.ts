import type { Trace } from "../trace.ts";
import { begin, replaceRandom, type WorkloadOptions } from "./options.ts";

export interface GlibcThreadOptions extends WorkloadOptions {
  /** Blocks live at any time. */
  live?: number | undefined;
  /** Bytes; the likelihood falls with the square of the size. */
  least?: number | undefined;
  most?: number | undefined;
}

/**
 * A random block of 1,024 is replaced, sizes by the inverse square, 4–32,768 bytes (glibc's bench-malloc-thread).
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function glibcThread(options: GlibcThreadOptions = {}): Trace {
  const beginning = begin(options, { live: 1024, least: 4, most: 32_768 });
  const { builder, random, times, live, least, most } = beginning;
  replaceRandom(beginning, live, times(100_000), () => random.inverseSquare(least, most));
  return builder.build();
}
