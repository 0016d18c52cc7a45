import { type Allocator, type Memory, NULL } from "./allocator.ts";
import { checkAllocator, checkOffsets } from "./check.ts";
import type { Offsets } from "./offsets.ts";

/**
 * `allocateMany`, written once, over tryAllocate: the loop for an allocator that has no quicker way to make blocks in
 * bulk. The caller has checked the size. Where it returns n, `out` from n on is as it was.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export function allocateMany(allocator: Pick<Allocator, "tryAllocate" | "memory">, size: number, out: Offsets): number {
  checkAllocator(allocator, ["tryAllocate"]);
  const { byteOffset, length } = checkOffsets(out);
  let words: Offsets = out;
  for (let made = 0; made < length; made++) {
    const offset = allocator.tryAllocate(size);
    if (offset === NULL) return made;
    words = renewed(words, byteOffset, length, allocator.memory);
    words[made] = offset;
  }
  return length;
}

/**
 * `words`, which were at `byteOffset` and had `length`; or, where they lay in the allocator's own memory and that has become
 * another buffer since, the same words there. For whoever reads `out` after a bulk call, which may have made the memory grow.
 */
export function renewed(words: Offsets, byteOffset: number, length: number, { buffer }: Memory): Offsets {
  return words.length === length ? words : new Int32Array(buffer, byteOffset, length);
}
