import type { Trace } from "../trace.ts";
import { begin, checkWork, type WorkloadOptions } from "./options.ts";

export interface GrowByOneOptions extends WorkloadOptions {
  /** Buffers that grow at the same time. */
  buffers?: number | undefined;
  /** Bytes a buffer grows by. */
  step?: number | undefined;
  /** Bytes it grows up to. */
  most?: number | undefined;
}

/**
 * Strings that are appended to byte by byte, each append a reallocation, up to 4,096 bytes; a random one of 64 at a
 * time, so that none is the last block for long. A full one is freed and starts again.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function growByOne(options: GrowByOneOptions = {}): Trace {
  const { builder, random, times, buffers, step, most } = begin(options, { buffers: 64, step: 1, most: 4096 });
  const appends = times(300_000);
  checkWork(2 * (buffers + appends));
  const ids = Array.from({ length: buffers }, () => builder.allocate(step));
  const sizes = new Array<number>(buffers).fill(step);
  for (let n = appends; n > 0; n--) {
    const i = random.below(buffers);
    sizes[i] += step;
    if (sizes[i] <= most) {
      builder.reallocate(ids[i], sizes[i]);
    } else {
      builder.free(ids[i]);
      sizes[i] = step;
      ids[i] = builder.allocate(step);
    }
  }
  for (const id of ids) builder.free(id);
  return builder.build();
}
