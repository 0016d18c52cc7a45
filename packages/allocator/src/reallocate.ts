import { type Allocator, NULL, type Offset } from "./allocator.ts";

/**
 * `reallocate`, written once, over resize, allocate, copy and free, so that no allocator can get it wrong: the old block
 * is freed after the copy and by its own offset, and is untouched when there is no room.
 *
 * An allocator whose blocks are multiples of 4 bytes can give `cells`, a view of all the memory: that spares making one,
 * and short copies are then a loop instead of a call. It is asked for after the allocation, which may have grown it.
 *
 * Cost: that of `resize`, or else of an allocation, a free and a copy of min(old, new) bytes.
 */
export function reallocate(allocator: Allocator, offset: Offset, size: number, cells?: Cells): Offset {
  return allocator.resize(offset, size) ? offset : move(allocator, offset, size, allocator.allocate(size), cells);
}

/** As `reallocate`, but `NULL`, and the old block untouched, where there is no room. */
export function tryReallocate(allocator: Allocator, offset: Offset, size: number, cells?: Cells): Offset {
  if (allocator.resize(offset, size)) return offset;
  const moved = allocator.tryAllocate(size);
  return moved === NULL ? NULL : move(allocator, offset, size, moved, cells);
}

/** All of a memory as 32-bit words, as it is now. */
export interface Cells {
  readonly cells: Int32Array;
}

function move(allocator: Allocator, from: Offset, size: number, to: Offset, memory?: Cells): Offset {
  const bytes = Math.min(allocator.sizeOf(from), size);
  if (memory === undefined) new Uint8Array(allocator.memory.buffer).copyWithin(to, from, from + bytes);
  else copyCells(memory.cells, from >>> 2, to >>> 2, (bytes + 3) >>> 2);
  allocator.free(from);
  return to;
}

function copyCells(cells: Int32Array, from: number, to: number, count: number): void {
  // Is it so short that the call would cost more? Measured: about 30 ns, as much as 40 words in a loop.
  if (count > 40) cells.copyWithin(to, from, from + count);
  else for (let i = 0; i < count; i++) cells[to + i] = cells[from + i];
}
