import { MemPool } from "@thi.ng/malloc";
import type { Adapter } from "./adapter.ts";

/** Bytes from a block's header to its data. */
const HEADER = 8;

/**
 * `realloc` of 6.1.150 leaks the old block when it moves, and can return blocks that overlap when it shrinks the last
 * one. So `reallocate` is malloc, copy and free here, which this package does correctly.
 */
export function create(capacity: number): Adapter {
  return over(new MemPool({ size: capacity }));
}

/** The same in memory that threads share, all of its state too; who takes turns is the caller's affair. `isNew`: by the first of them. */
export function createShared(buffer: SharedArrayBuffer, isNew: boolean): Adapter {
  return over(new MemPool({ buf: buffer, skipInitialization: !isNew }));
}

function over(pool: MemPool): Adapter {
  const bytes = new Uint8Array(pool.buf);
  const words = new Uint32Array(pool.buf);
  return {
    memory: { buffer: pool.buf as ArrayBufferLike },
    // It has no block of 0 bytes.
    allocate: (size) => pool.malloc(size || 1),
    free: (offset) => pool.free(offset),
    reallocate(offset, size) {
      const moved = pool.malloc(size || 1);
      if (moved === 0) return 0;
      const old = words[(offset - HEADER) >>> 2] - HEADER;
      bytes.copyWithin(moved, offset, offset + Math.min(old, size));
      pool.free(offset);
      return moved;
    },
  };
}

/** The same with its own `realloc`, leaks, overlaps and all: on request. */
export function createWithOwnRealloc(capacity: number): Adapter {
  const pool = new MemPool({ size: capacity });
  return {
    memory: { buffer: pool.buf as ArrayBufferLike },
    allocate: (size) => pool.malloc(size || 1),
    free: (offset) => pool.free(offset),
    reallocate: (offset, size) => pool.realloc(offset, size || 1),
  };
}
