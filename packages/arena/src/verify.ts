import { CorruptionError } from "@ariax/allocator";
import type { BlockMap, Granule } from "./block-map.ts";

/** Do the blocks in [first, top) follow each other, and is `last` the last one? O(blocks + bytes / 256). */
export function verifyBlocks(blocks: BlockMap, first: Granule, top: Granule, last: Granule): void {
  let before = 0;
  let end = first;
  for (let g = blocks.next(end, top); g !== 0; g = blocks.next(g + 1, top)) {
    expect(g >= end, () => `the block at ${8 * g} begins before ${8 * end}, where the one before it ends`);
    expect(blocks.before(g) === before, () => `the block before ${8 * g} is not the one at ${8 * before}`);
    end = g === last ? top : blocks.end(g);
    expect(end > g, () => `the block at ${8 * g} ends at ${8 * end}`);
    before = g;
  }
  expect(before === last, () => `the last block is at ${8 * before}, not at ${8 * last}`);
  expect(end === top, () => `the last block ends at ${8 * end}, the top is ${8 * top}`);
  expect(before === 0 || blocks.isLive(before), () => `the last block, at ${8 * before}, is not live`);
}

/** Throws `CorruptionError` where it is not so. */
export function expect(truth: boolean, otherwise: () => string): void {
  if (!truth) throw new CorruptionError(otherwise());
}
