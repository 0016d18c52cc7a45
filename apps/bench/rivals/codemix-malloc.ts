import { createRequire } from "node:module";
import type { Adapter } from "./adapter.ts";

/** The part of `malloc` that is called: the package is CommonJS, without types, and the class is the export. */
interface Malloc {
  alloc(size: number): number;
  free(offset: number): number;
  sizeOf(offset: number): number;
}

const Malloc = createRequire(import.meta.url)("malloc") as new (buffer: ArrayBuffer) => Malloc;

/** It has no realloc: alloc, copy and free. */
export function create(capacity: number): Adapter {
  const buffer = new ArrayBuffer(capacity);
  const bytes = new Uint8Array(buffer);
  const heap = new Malloc(buffer);
  return {
    memory: { buffer },
    allocate: (size) => heap.alloc(size),
    free: (offset) => heap.free(offset),
    reallocate(offset, size) {
      const moved = heap.alloc(size);
      if (moved === 0) return 0;
      bytes.copyWithin(moved, offset, offset + Math.min(heap.sizeOf(offset), size));
      heap.free(offset);
      return moved;
    },
  };
}
