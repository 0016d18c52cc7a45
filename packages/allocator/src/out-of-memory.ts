import { type Allocator, DEFAULT_ALIGNMENT } from "./allocator.ts";
import { OutOfMemoryError, type Room } from "./errors.ts";

/**
 * What `allocate` throws where there is no room, with the numbers of the allocator's stats: they are counted now, not by the calls that
 * succeed, nor by `tryAllocate`.
 */
export function outOfMemory(
  allocator: Pick<Allocator, "stats"> & { readonly capacity: number },
  size: number,
  alignment: number = DEFAULT_ALIGNMENT,
): OutOfMemoryError {
  return new OutOfMemoryError(size, alignment, allocator.capacity, roomOf(allocator));
}

/** Undefined where it can't be counted: there was no room, whatever else is wrong. */
function roomOf(allocator: Pick<Allocator, "stats">): Room | undefined {
  try {
    return allocator.stats();
  } catch {
    return undefined;
  }
}
