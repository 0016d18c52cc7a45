import { type Allocator, NULL } from "./allocator.ts";

/**
 * `allocateMany`, written once, over tryAllocate: the loop for an allocator that has no quicker way to make blocks in
 * bulk. The caller has checked the size. Where it returns n, `out` from n on is as it was.
 */
export function allocateMany(allocator: Pick<Allocator, "tryAllocate">, size: number, out: Int32Array): number {
  for (let made = 0; made < out.length; made++) {
    const offset = allocator.tryAllocate(size);
    if (offset === NULL) return made;
    out[made] = offset;
  }
  return out.length;
}
