import { type Allocator, NULL } from "./allocator.ts";
import { checkOffsets } from "./check.ts";

/**
 * `allocateMany`, written once, over tryAllocate: the loop for an allocator that has no quicker way to make blocks in
 * bulk. The caller has checked the size. Where it returns n, `out` from n on is as it was.
 */
export function allocateMany(
  allocator: Pick<Allocator, "tryAllocate" | "memory">,
  size: number,
  out: Int32Array,
): number {
  const { byteOffset, length } = checkOffsets(out);
  let words = out;
  for (let made = 0; made < length; made++) {
    const offset = allocator.tryAllocate(size);
    if (offset === NULL) return made;
    // Does `out` lie in the allocator's own memory, which has just become another buffer?
    if (words.length !== length) words = new Int32Array(allocator.memory.buffer, byteOffset, length);
    words[made] = offset;
  }
  return length;
}
