import type { Trace } from "../trace.ts";
import { begin, replaceRandom, type WorkloadOptions } from "./options.ts";

export interface GlibcThreadOptions extends WorkloadOptions {
  /** Blocks live at any time. */
  live?: number | undefined;
  /** Bytes; the likelihood falls with the square of the size. */
  least?: number | undefined;
  most?: number | undefined;
}

/** A random block of 1,024 is replaced, sizes by the inverse square, 4–32,768 bytes (glibc's bench-malloc-thread). */
export function glibcThread(options: GlibcThreadOptions = {}): Trace {
  const beginning = begin(options, { live: 1024, least: 4, most: 32_768 });
  const { builder, random, times, live, least, most } = beginning;
  replaceRandom(beginning, live, times(100_000), () => random.inverseSquare(least, most));
  return builder.build();
}
