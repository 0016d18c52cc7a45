import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Adapter } from "./adapter.ts";

/** Version and place: on request only, as the package is an engine of tens of megabytes for the one class. */
export const PACKAGE = "playcanvas@2.23.3";
/** Under `node_modules`, so that git ignores it. */
export const FOLDER: string = fileURLToPath(new URL("node_modules/.on-request/playcanvas", import.meta.url));
const FILE = `${FOLDER}/node_modules/playcanvas/build/playcanvas/src/core/block-allocator.js`;

interface MemBlock {
  readonly offset: number;
  readonly size: number;
}
interface BlockAllocator {
  allocate(size: number): MemBlock | null;
  free(block: MemBlock): void;
}

export const isInstalled = (): boolean => existsSync(FILE);

/** It knows no alignment: with sizes in eights its blocks are aligned like those of the others. */
const aligned = (size: number): number => (size + 7) & ~7 || 8;

/**
 * An internal class, reached by its file path. It manages offsets only and has no memory; to copy what `reallocate`
 * moves, and to check contents, it gets `capacity` bytes beside it.
 */
export async function create(capacity: number): Promise<Adapter<MemBlock | null>> {
  if (!isInstalled()) {
    const how = `npm install --ignore-scripts --prefix ${FOLDER} ${PACKAGE}`;
    throw Object.assign(new Error(`it could not be installed; try: ${how}`), { code: "ERR_RIVAL_UNAVAILABLE" });
  }
  const { BlockAllocator } = (await import(pathToFileURL(FILE).href)) as {
    BlockAllocator: new (size: number) => BlockAllocator;
  };
  const heap = new BlockAllocator(capacity);
  const bytes = new Uint8Array(capacity);
  return {
    memory: { buffer: bytes.buffer },
    allocate: (size) => heap.allocate(aligned(size)),
    free: (block) => heap.free(block as MemBlock),
    reallocate(old, size) {
      const moved = heap.allocate(aligned(size));
      if (moved === null || old === null) return null;
      bytes.copyWithin(moved.offset, old.offset, old.offset + Math.min(old.size, size));
      heap.free(old);
      return moved;
    },
  };
}
