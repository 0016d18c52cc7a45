import type { Trace } from "../trace.ts";
import { begin, freeAll, type WorkloadOptions } from "./options.ts";

export interface XmallocOptions extends WorkloadOptions {
  /** Bytes, each as likely as the others. */
  sizes?: readonly number[];
  /** Blocks in a batch. */
  batch?: number;
  /** Batches that the queue between producer and consumer holds. */
  queue?: number;
}

/**
 * One thread allocates, another one frees (Lever and Boreham's xmalloc-test): batches of 64-byte blocks through a
 * bounded queue. The two take turns by a coin that favours the producer 3 : 2, so that the queue fills up. The original's
 * batches are of 4,096 blocks, here 256, so that a short trace fills the queue too.
 */
export function xmalloc(options: XmallocOptions = {}): Trace {
  const { sizes = [64], batch = 256, queue = 100 } = options;
  const { builder, random, times } = begin(options, { batch, queue });
  const queued: number[][] = [];
  const consume = (): void => freeAll(builder, queued.shift() ?? []);
  for (let left = times(800); left > 0; ) {
    if (queued.length < queue && random.chance(0.6)) {
      queued.push(Array.from({ length: batch }, () => builder.allocate(sizes[random.below(sizes.length)])));
      left--;
    } else {
      consume();
    }
  }
  while (queued.length > 0) consume();
  return builder.build();
}
