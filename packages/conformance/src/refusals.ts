/**
 * Offsets where no live block begins, and what each verb says of them. Which error a free gets:
 *
 *     no block ever began there                                         InvalidFreeError
 *     one did, it was freed, and its memory is not in use               DoubleFreeError
 *     one did, and its memory has been in use since, or was reset       either: a heap need not remember it
 */
import { DoubleFreeError, InvalidBlockError, InvalidFreeError, type Offset } from "@ariax/allocator";
import { refuses } from "./fail.ts";
import type { Shadow } from "./shadow.ts";

/** No verb takes `offset`. It may or may not have been a block before. */
export function notLive(heap: Shadow, offset: Offset): void {
  freeRefused(heap, offset);
  noBlock(heap, offset);
}

/** No verb takes `offset`, where no block ever began. */
export function neverBlock(heap: Shadow, offset: Offset): void {
  refuses(`free(${offset})`, () => heap.inner.free(offset), new InvalidFreeError(offset));
  noBlock(heap, offset);
}

function noBlock({ inner }: Shadow, offset: Offset): void {
  const expected = new InvalidBlockError(offset);
  refuses(`sizeOf(${offset})`, () => inner.sizeOf(offset), expected);
  refuses(`resize(${offset}, 8)`, () => inner.resize(offset, 8), expected);
  refuses(`reallocate(${offset}, 8)`, () => inner.reallocate(offset, 8), expected);
}

/** `offset` is that of a block which was freed, and whose memory has not been in use since. */
export function doubleFree({ inner }: Shadow, offset: Offset): void {
  refuses(`free(${offset}) again`, () => inner.free(offset), new DoubleFreeError(offset));
}

/** `free` refuses `offset`, unless it is a live block again. */
export function freeRefused({ blocks, inner }: Shadow, offset: Offset): void {
  if (blocks.has(offset)) return;
  refuses(`free(${offset})`, () => inner.free(offset), new DoubleFreeError(offset), new InvalidFreeError(offset));
}
