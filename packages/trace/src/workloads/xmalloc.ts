import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger } from "@ariax/allocator/implement";
import type { Trace } from "../trace.ts";
import { begin, checkWork, freeAll, type WorkloadOptions } from "./options.ts";

export interface XmallocOptions extends WorkloadOptions {
  /** Bytes, each as likely as the others. */
  sizes?: readonly number[] | undefined;
  /** Blocks in a batch. */
  batch?: number | undefined;
  /** Batches that the queue between producer and consumer holds. */
  queue?: number | undefined;
}

/** What is unless given, of those that are no whole numbers. */
const OTHER: { readonly sizes: readonly number[] } = { sizes: [64] };

/**
 * One thread allocates, another one frees (Lever and Boreham's xmalloc-test): batches of 64-byte blocks through a
 * bounded queue. The two take turns by a coin that favours the producer 3 : 2, so that the queue fills up. The original's
 * batches are of 4,096 blocks, here 256, so that a short trace fills the queue too.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function xmalloc(options: XmallocOptions = {}): Trace {
  const { builder, random, times, batch, queue, sizes: list } = begin(options, { batch: 256, queue: 100 }, OTHER);
  const sizes = checkSizes(list);
  const batches = times(800);
  checkWork(2 * batch * batches);
  const queued: number[][] = [];
  const consume = (): void => freeAll(builder, queued.shift() ?? []);
  for (let left = batches; left > 0; ) {
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

/** A copy of `sizes`, if they are a list of some that blocks can have. */
function checkSizes(sizes: readonly number[]): readonly number[] {
  const copy = Array.isArray(sizes) ? [...sizes] : [];
  if (copy.length === 0) throw new InvalidArgumentError("invalid sizes: they are no list of numbers");
  for (const size of copy) checkInteger("sizes", size, 0, 0xffffffff);
  return copy;
}
