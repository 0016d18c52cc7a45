import type { Trace } from "../trace.ts";
import { begin, checkWork, freeAll, type WorkloadOptions } from "./options.ts";

export interface RptestOptions extends WorkloadOptions {
  /** Simulated: one loop of each in turn. */
  threads?: number | undefined;
  /** Places for blocks in each thread. */
  places?: number | undefined;
  /** Bytes; the likelihood falls off linearly, to nothing at `most`. */
  least?: number | undefined;
  most?: number | undefined;
}

/** Steps through the places: coprime to any number of them that is not a multiple. */
const FREE_STRIDE = 37;
const ALLOCATE_STRIDE = 89;

/**
 * A realistic mix with frees by other threads (rpmalloc's benchmark, 8–16,000 bytes). Each loop frees 24–79 places in
 * stride order, and fills 30–99 of them, freeing what is there; in every second loop as many blocks again go to the
 * next thread, which frees them in its next loop. Without the alignments, which a trace does not have.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function rptest(options: RptestOptions = {}): Trace {
  const beginning = begin(options, { threads: 4, places: 1000, least: 8, most: 16_000 });
  const { builder, random, times, threads, places, least, most } = beginning;
  const loops = times(250);
  checkWork(threads * (places + 200 * loops));
  const allocate = () =>
    builder.allocate(least + Math.floor((most - least) * Math.abs(random.unit() + random.unit() - 1)));
  const workers = Array.from({ length: threads }, () => ({
    blocks: new Array<number | undefined>(places).fill(undefined),
    received: [] as number[],
    freeAt: 0,
    allocateAt: 0,
  }));

  for (let loop = 0; loop < loops; loop++) {
    for (const [t, worker] of workers.entries()) {
      const { blocks } = worker;
      const vacate = (place: number): void => {
        freeAll(builder, blocks.splice(place, 1, undefined));
      };
      freeAll(builder, worker.received.splice(0));
      for (let n = Math.floor(0.8 * random.between(30, 99)); n > 0; n--) {
        vacate(worker.freeAt);
        worker.freeAt = (worker.freeAt + FREE_STRIDE) % places;
      }
      const count = random.between(30, 99);
      for (let n = count; n > 0; n--) {
        vacate(worker.allocateAt);
        blocks[worker.allocateAt] = allocate();
        worker.allocateAt = (worker.allocateAt + ALLOCATE_STRIDE) % places;
      }
      const next = workers[(t + 1) % threads];
      for (let n = loop % 2 === 1 ? count : 0; n > 0; n--) next.received.push(allocate());
    }
  }
  for (const { blocks, received } of workers) freeAll(builder, [...received, ...blocks]);
  return builder.build();
}
