/** Ours: as it is, and with a step of defragmentation now and then. */
import { type Handle, RangeHeap } from "@ariax/gpu";
import { GRANULE, LAG, type Suballocator } from "./suballocator.ts";

/** Frames from one step to the next. */
const EVERY = 8;

export class Ranges implements Suballocator<Handle> {
  moved = 0;
  private readonly heap: RangeHeap;
  private fence = LAG;
  private readonly step: number;

  /** `step`: bytes moved at a time, at most. */
  constructor(bytes: number, step: number = 0) {
    this.heap = new RangeHeap({ bytes, granule: GRANULE, handles: step > 0 ? "table" : "offset" });
    this.step = step;
  }

  allocate(bytes: number): Handle | undefined {
    return this.heap.tryAllocate(bytes) || undefined;
  }

  free(handle: Handle): void {
    this.heap.defer(handle, this.fence);
  }

  frame(): void {
    const { heap } = this;
    if (this.step > 0 && this.fence % EVERY === 0) {
      for (const move of heap.moves(this.step)) {
        heap.commit(move, this.fence);
        this.moved += move.size;
      }
    }
    heap.reach(this.fence++ - LAG);
  }

  offsetOf(handle: Handle): number {
    return this.heap.offsetOf(handle);
  }

  room(): { free: number; largest: number } {
    const { free, largestFree } = this.heap.stats();
    return { free, largest: largestFree };
  }
}
