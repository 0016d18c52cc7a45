import type { Trace } from "../trace.ts";
import { begin, checkWork, freeAll, type WorkloadOptions } from "./options.ts";

export interface CheckerboardOptions extends WorkloadOptions {
  /** Blocks of the board. */
  blocks?: number | undefined;
  /** Their size in bytes; the second wave is of twice that. */
  size?: number | undefined;
}

/**
 * The classic against free lists: a board of equal blocks, every other one freed, and then as many bytes again in
 * blocks of twice the size, which fit into none of the holes. Nothing in it is random: the seed has no effect.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function checkerboard(options: CheckerboardOptions = {}): Trace {
  const { builder, times, blocks, size } = begin(options, { blocks: 10_000, size: 64 });
  const rounds = times(10);
  checkWork(3 * blocks * rounds);
  for (let round = rounds; round > 0; round--) {
    const board = Array.from({ length: blocks }, () => builder.allocate(size));
    const white = board.filter((_, i) => i % 2 === 0);
    freeAll(builder, white);
    const wide = Array.from({ length: Math.ceil(white.length / 2) }, () => builder.allocate(2 * size));
    freeAll(
      builder,
      board.filter((_, i) => i % 2 === 1),
    );
    freeAll(builder, wide);
  }
  return builder.build();
}
