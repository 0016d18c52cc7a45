import type { ProgramHeap } from "@ariax/trace";
import type { Heap } from "../../subjects/programs/program.ts";

/** What a rival aligns to by itself. */
const OWN = 16;

/** A rival as a program sees it. What it can't align is made larger, and its own handle kept in the word before the block. */
export function rivalHeap(rival: Heap, isAligned: boolean): ProgramHeap {
  const refused = (): never => {
    throw new Error("a rival has no such call");
  };
  // Where it grows, its old buffer is detached, which is noticed.
  const plain = { memory: rival.memory, reset: refused, traits: { grows: false } };
  if (!isAligned) {
    return {
      ...plain,
      allocate: (size) => rival.allocate(size),
      reallocate: (offset, size) => rival.reallocate(offset, size),
      free: (offset) => void rival.free(offset),
    };
  }
  const words = () => new Int32Array(rival.memory.buffer, 0, rival.memory.buffer.byteLength >>> 2);
  let seen = words();
  return {
    ...plain,
    allocate(size, alignment = OWN) {
      const handle = rival.allocate(size + alignment);
      if (handle + size + alignment > seen.byteLength) seen = words();
      // At least a word behind the handle.
      const offset = (handle + alignment) & -alignment;
      seen[(offset >>> 2) - 1] = handle;
      return offset;
    },
    reallocate: refused,
    free: (offset) => void rival.free(seen[(offset >>> 2) - 1]!),
  };
}
