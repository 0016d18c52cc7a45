import type { Trace } from "../trace.ts";
import { begin, checkWork, type WorkloadOptions } from "./options.ts";

/** Blocks live at once, and their sizes in bytes. */
const COUNTS = [25, 100, 400, 1600];
const SIZES = [16, 32, 64];
/** Allocations for each of the twelve pairs: a multiple of every count. */
const ALLOCATIONS = 16_000;

/**
 * Raw speed on one size (glibc's bench-malloc-simple): n blocks are made, the first half is freed first in first out,
 * the second half last in first out; for n of 25, 100, 400 and 1,600 and blocks of 16, 32 and 64 bytes. Nothing in it
 * is random: the seed has no effect.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function glibcSimple(options: WorkloadOptions = {}): Trace {
  const { builder, times, scale } = begin(options);
  checkWork(2 * ALLOCATIONS * SIZES.length * COUNTS.length * scale);
  for (const size of SIZES) {
    for (const count of COUNTS) {
      for (let round = times(ALLOCATIONS / count); round > 0; round--) {
        const ids = Array.from({ length: count }, () => builder.allocate(size));
        const half = count >> 1;
        for (let i = 0; i < half; i++) builder.free(ids[i]);
        for (let i = count - 1; i >= half; i--) builder.free(ids[i]);
      }
    }
  }
  return builder.build();
}
