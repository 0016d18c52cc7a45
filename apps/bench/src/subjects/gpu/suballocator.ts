/** What hands out parts of a range of GPU memory, as the stream of meshes calls it. */

/** Of a range of so many bytes. Handles are never 0, null or undefined. */
export interface Suballocator<H = unknown> {
  /** Undefined where there is no room. */
  allocate(bytes: number): H | undefined;
  /** The GPU may read the block for two frames more. */
  free(handle: H): void;
  /** A frame was submitted. */
  frame(): void;
  /** Where a block lies now, in bytes; undefined where it has a buffer of its own. */
  offsetOf(handle: H): number | undefined;
  /** Bytes that are free, and in one piece; undefined where there is no range. */
  room(): { readonly free: number; readonly largest: number } | undefined;
  /** Bytes of blocks that were moved so far. */
  readonly moved: number;
}

/** Blocks are multiples of so many bytes, and begin at them. */
export const GRANULE = 256;
/** Frames that the GPU is behind. */
export const LAG = 2;

/** What has no deferred free of its own is freed by who uses it, once the GPU has done with it. */
export class Later<H> {
  private frames: H[][] = Array.from({ length: LAG }, () => []);
  private now: H[] = [];

  add(handle: H): void {
    this.now.push(handle);
  }

  /** A frame ends: `free` is called for what waited long enough. */
  frame(free: (handle: H) => void): void {
    this.frames.push(this.now);
    const done = this.frames.shift()!;
    for (const handle of done) free(handle);
    done.length = 0;
    this.now = done;
  }
}
