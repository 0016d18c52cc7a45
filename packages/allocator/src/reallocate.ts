import { type Allocator, NULL, type Offset } from "./allocator.ts";

/**
 * `reallocate`, written once, over resize, allocate, copy and free, so that no allocator can get it wrong: the old block
 * is freed after the copy and by its own offset, and is untouched when there is no room.
 *
 * Cost: that of `resize`, or else of an allocation, a free and a copy of min(old, new) bytes.
 */
export function reallocate(allocator: Allocator, offset: Offset, size: number): Offset {
  if (allocator.resize(offset, size)) return offset;
  const moved = allocator.allocate(size);
  copy(allocator.memory.buffer, offset, moved, Math.min(allocator.sizeOf(offset), size));
  allocator.free(offset);
  return moved;
}

/** As `reallocate`, but `NULL`, and the old block untouched, where there is no room. */
export function tryReallocate(allocator: Allocator, offset: Offset, size: number): Offset {
  if (allocator.resize(offset, size)) return offset;
  const moved = allocator.tryAllocate(size);
  if (moved === NULL) return NULL;
  copy(allocator.memory.buffer, offset, moved, Math.min(allocator.sizeOf(offset), size));
  allocator.free(offset);
  return moved;
}

function copy(buffer: ArrayBufferLike, from: Offset, to: Offset, bytes: number): void {
  new Uint8Array(buffer).copyWithin(to, from, from + bytes);
}
