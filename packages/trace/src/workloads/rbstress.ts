import type { Trace } from "../trace.ts";
import { begin, checkWork, freeAll, type WorkloadOptions } from "./options.ts";

export interface RbstressOptions extends WorkloadOptions {
  /** One string in so many is retained. */
  retainOneIn?: number | undefined;
  /** Retained strings, after which all of them are dropped, and the chunk with them. */
  dropAt?: number | undefined;
}

const LONGEST_STRING = 40;
const CHUNK = 100_000;

/**
 * An interpreter's strings (mimalloc-bench's rbstress): 0–40 bytes, freed at once, but one in 20 is kept. A chunk of
 * 100,000 bytes is live as well, until the kept strings are dropped. A hundredth of the original.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function rbstress(options: RbstressOptions = {}): Trace {
  const { builder, random, times, retainOneIn, dropAt } = begin(options, { retainOneIn: 20, dropAt: 2000 });
  const strings = times(120_000);
  checkWork(3 * strings);
  const retained = [builder.allocate(CHUNK)];
  for (let n = 1; n <= strings; n++) {
    const id = builder.allocate(random.between(0, LONGEST_STRING));
    if (n % retainOneIn === 0) retained.push(id);
    else builder.free(id);
    // The chunk is one of them.
    if (retained.length > dropAt) {
      freeAll(builder, retained.splice(0));
      retained.push(builder.allocate(CHUNK));
    }
  }
  freeAll(builder, retained);
  return builder.build();
}
