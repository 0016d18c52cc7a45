/** What a pool hands out. */
import type { GpuBuffer, Place } from "./device.ts";

/**
 * A block of a pool: where it lies *now*. `defragment` moves blocks, and writes the new place here; so read the fields where you
 * record a command, and keep the object, not what it said. It is a `GPUBufferBinding` as it is.
 */
export interface GpuBlock<B extends GpuBuffer = GpuBuffer> extends Place<B> {
  /** Bytes: what was asked for, rounded up to a multiple of 4, as copies need. */
  readonly size: number;
  /** Bytes: what was asked for. */
  readonly alignment: number;
  /** The label of its pool. */
  readonly pool: string;
  /** By these two its pool knows it: the number of its buffer, and its handle there. */
  readonly page: number;
  readonly handle: number;
}

/** The same, as its pool sees it. */
export type OwnBlock<B extends GpuBuffer> = { -readonly [key in keyof GpuBlock<B>]: GpuBlock<B>[key] };
