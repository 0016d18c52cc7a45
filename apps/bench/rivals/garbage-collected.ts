import type { Adapter } from "./adapter.ts";

/** Blocks made by `make`; the collector frees them once the last reference is gone, so `free` has nothing to do. */
function collected(make: (size: number) => Uint8Array): Adapter<Uint8Array> {
  return {
    allocate: make,
    free() {},
    reallocate(block, size) {
      const moved = make(size);
      moved.set(block.length > size ? block.subarray(0, size) : block);
      return moved;
    },
  };
}

export const uint8array = (): Adapter<Uint8Array> => collected((size) => new Uint8Array(size));
export const bufferAllocUnsafe = (): Adapter<Uint8Array> => collected((size) => Buffer.allocUnsafe(size));
