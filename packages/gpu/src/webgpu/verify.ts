/** Whether the heaps of a pool and its blocks agree. */
import { CorruptionError } from "@ariax/allocator";
import type { Handle } from "../index.ts";
import type { GpuBuffer } from "./device.ts";
import type { Page } from "./page.ts";

/** Throws `CorruptionError`. Of blocks that are moved right now, the heaps have the new places too. O(blocks). */
export function verifyPages(pages: readonly Page<GpuBuffer>[], label: string, isMoving: boolean): void {
  const expect = (holds: boolean, what: string): void => {
    if (!holds) throw new CorruptionError(`${JSON.stringify(label)}: ${what}`);
  };
  for (const { number, buffer, heap, unit, bytes, blocks } of pages) {
    heap.verify();
    const { capacity } = heap;
    const { blocks: count } = heap.stats();
    expect(unit * capacity === bytes, `buffer ${number} has ${bytes} bytes, its heap ${capacity} × ${unit}`);
    expect(
      count === blocks.size || (isMoving && count > blocks.size),
      `buffer ${number} has ${blocks.size} blocks, its heap ${count}`,
    );
    for (const [handle, block] of blocks) {
      const at = unit * heap.offsetOf(handle as Handle);
      const room = unit * heap.sizeOf(handle as Handle);
      const { offset, size } = block;
      expect(offset === at, `the block at ${at} of buffer ${number} says ${offset}`);
      expect(size <= room, `the block at ${at} of buffer ${number} has ${size} bytes in ${room}`);
      const isHere = block.buffer === buffer && block.page === number && block.handle === handle;
      expect(isHere, `the block at ${at} of buffer ${number} says that it is elsewhere`);
    }
  }
}
