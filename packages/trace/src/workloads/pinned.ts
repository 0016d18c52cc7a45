import type { Trace } from "../trace.ts";
import { begin, checkWork, freeAll, type WorkloadOptions } from "./options.ts";

export interface PinnedOptions extends WorkloadOptions {
  /** Bytes of small blocks that are made for one that stays. */
  page?: number | undefined;
  /** Pages of each round. */
  pages?: number | undefined;
}

/** The sizes of the rounds, in turn, bytes. */
const SIZES = [32, 48, 64, 96, 128, 192, 256];

/**
 * One block a page stays, the rest goes: an allocator that gives back only whole pages holds all of them. The next round
 * has another size, so that it can reuse what its class cannot share. What stayed is freed after all the rounds, when
 * the sizes start again. Nothing in it is random: the seed has no effect.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function pinned(options: PinnedOptions = {}): Trace {
  const { builder, times, page, pages } = begin(options, { page: 4096, pages: 100 });
  const rounds = times(28);
  checkWork(2 * rounds * pages * Math.max(1, page / 64));
  const pins: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const size = SIZES[round % SIZES.length];
    if (round % SIZES.length === 0) freeAll(builder, pins.splice(0));
    const each = Math.max(1, Math.floor(page / size));
    const ids = Array.from({ length: each * pages }, () => builder.allocate(size));
    for (const [i, id] of ids.entries()) {
      if (i % each === 0) pins.push(id);
      else builder.free(id);
    }
  }
  freeAll(builder, pins);
  return builder.build();
}
