import type { Offset } from "@ariax/allocator";
import { checkMethods } from "../check.ts";
import type { ProgramHeap } from "./program.ts";

/**
 * A heap and its memory as typed arrays. What a block is for lies at `words[offset >>> 2]` and behind. Where the heap grows the
 * arrays are made anew, so they are read from here after each allocation.
 */
export class Blocks {
  words: Int32Array = new Int32Array(0);
  floats: Float32Array = new Float32Array(0);
  bytes: Uint8Array = new Uint8Array(0);
  private readonly heap: ProgramHeap;
  private readonly grows: boolean;

  constructor(heap: ProgramHeap) {
    this.heap = checkMethods("allocator", heap, ["allocate", "reallocate", "free", "reset"]);
    this.grows = heap.traits?.grows !== false;
    this.renew();
  }

  allocate(size: number): Offset {
    return this.reached(this.heap.allocate(size), size);
  }

  allocateAligned(size: number, alignment: number): Offset {
    return this.reached(this.heap.allocate(size, alignment), size);
  }

  reallocate(offset: Offset, size: number): Offset {
    return this.reached(this.heap.reallocate(offset, size), size);
  }

  free(offset: Offset): void {
    this.heap.free(offset);
  }

  reset(): void {
    this.heap.reset();
  }

  /** The memory as it is now: someone else may have made it grow. */
  follow(): void {
    const { buffer } = this.heap.memory;
    if (buffer !== this.bytes.buffer || buffer.byteLength !== this.bytes.length) this.renew();
  }

  private reached(offset: Offset, size: number): Offset {
    // Arrays that are too short, as those of a buffer that is gone are; or another buffer?
    if (offset + size > this.bytes.length || (this.grows && this.heap.memory.buffer !== this.bytes.buffer))
      this.renew();
    return offset;
  }

  private renew(): void {
    const { buffer } = this.heap.memory;
    const { byteLength } = buffer;
    // Of fixed length also over a buffer that can grow: those are faster.
    this.words = new Int32Array(buffer, 0, byteLength >>> 2);
    this.floats = new Float32Array(buffer, 0, byteLength >>> 2);
    this.bytes = new Uint8Array(buffer, 0, byteLength);
  }
}
