/**
 * One buffer of a pool, and the heap over it. The heap counts *units*, of a stride or a power of two of bytes, so that the offset of
 * a block is a multiple of a stride that is no power of two.
 */
import { type Handle, RangeHeap } from "../index.ts";
import type { OwnBlock } from "./block.ts";
import type { GpuBuffer } from "./device.ts";

/** What is asked of a pool, in its pages' words. */
export interface Wish {
  /** Bytes of the block. */
  readonly size: number;
  readonly alignment: number;
  /** The same in units. */
  readonly units: number;
  readonly step: number;
  /** The pool's label. */
  readonly pool: string;
}

/**
 * - *draining*: its blocks are on their way to other buffers; only what would need a new buffer is allocated here.
 * - *refused*: the device has no such buffer. Nothing is allocated here.
 */
export type PageState = "open" | "draining" | "refused";

let pages = 0;

/** Of so many units. */
export const makeHeap = (units: number): RangeHeap => new RangeHeap({ bytes: units, granule: 1, handles: "table" });

export class Page<B extends GpuBuffer> {
  /** Of no other page, of any pool. */
  declare readonly number: number;
  declare readonly buffer: B;
  declare readonly heap: RangeHeap;
  declare readonly unit: number;
  /** Of the buffer. */
  declare readonly bytes: number;
  /** Its live blocks, by their handles. */
  declare readonly blocks: Map<number, OwnBlock<B>>;
  declare state: PageState;
  /** The fence that its heap heard of last. */
  declare private seen: number;

  constructor(buffer: B, heap: RangeHeap, unit: number) {
    this.heap = heap;
    this.number = ++pages;
    this.buffer = buffer;
    this.unit = unit;
    this.bytes = heap.capacity * unit;
    this.blocks = new Map();
    this.state = "open";
    this.seen = 0;
  }

  /** Gives back what waited for `fence`. O(1), and for each block that did. */
  reach(fence: number): void {
    if (this.seen === fence) return;
    this.heap.reach(fence);
    this.seen = fence;
  }

  /** Undefined where there is no room. O(1). */
  tryAllocate({ size, alignment, units, step, pool }: Wish): OwnBlock<B> | undefined {
    const handle = this.tryTake(units, step);
    if (handle === 0) return undefined;
    const { buffer, number: page } = this;
    const block = { buffer, offset: this.offsetOf(handle), size, alignment, pool, page, handle };
    this.blocks.set(handle, block);
    return block;
  }

  /** Units for no block yet: their handle, or 0. O(1). */
  tryTake(units: number, step: number): Handle | 0 {
    return units * this.unit > this.bytes ? 0 : this.heap.tryAllocate(units, step);
  }

  /** Bytes from where the buffer begins. */
  offsetOf(handle: number): number {
    return this.unit * this.heap.offsetOf(handle as Handle);
  }

  /** Ends the life of a block here; its bytes wait for `fence`. O(1). */
  defer(handle: number, fence: number): void {
    this.heap.defer(handle as Handle, fence);
    this.blocks.delete(handle);
  }

  /** Does no block lie here, nor wait? */
  get isEmpty(): boolean {
    const { free } = this.heap.stats();
    return free * this.unit === this.bytes;
  }
}
