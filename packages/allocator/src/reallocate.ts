import { type Allocator, NULL, type Offset } from "./allocator.ts";

/**
 * `reallocate`, written once, over resize, allocate, copy and free, so that no allocator can get it wrong: the old block
 * is freed after the copy and by its own offset, and is untouched when there is no room.
 *
 * `bytes`, a view of all the memory, spares making one for the copy. It is only looked at where it is of the memory's
 * buffer as it is after the allocation.
 *
 * Cost: that of `resize`, or else of an allocation, a free and a copy of min(old, new) bytes.
 */
export function reallocate(allocator: Allocator, offset: Offset, size: number, bytes?: Uint8Array): Offset {
  return allocator.resize(offset, size) ? offset : move(allocator, offset, size, allocator.allocate(size), bytes);
}

/** As `reallocate`, but `NULL`, and the old block untouched, where there is no room. */
export function tryReallocate(allocator: Allocator, offset: Offset, size: number, bytes?: Uint8Array): Offset {
  if (allocator.resize(offset, size)) return offset;
  const moved = allocator.tryAllocate(size);
  return moved === NULL ? NULL : move(allocator, offset, size, moved, bytes);
}

function move(allocator: Allocator, from: Offset, size: number, to: Offset, bytes?: Uint8Array): Offset {
  const { buffer } = allocator.memory;
  const view = bytes?.buffer === buffer ? bytes : new Uint8Array(buffer);
  view.copyWithin(to, from, from + Math.min(allocator.sizeOf(from), size));
  allocator.free(from);
  return to;
}
