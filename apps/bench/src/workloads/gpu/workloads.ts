/** Streams of meshes. */
import type { StreamOptions } from "./stream.ts";

export interface GpuWorkload extends StreamOptions {
  readonly name: string;
  readonly what: string;
  /** Whether there is memory enough to have a real buffer for each mesh. */
  readonly hasBuffers?: true;
}

export const GPU_WORKLOADS: readonly GpuWorkload[] = [
  {
    name: "small",
    what: "128 MiB, 75 % live: some 190 meshes",
    range: 2 ** 27,
    load: 0.75,
    frames: 500,
    hasBuffers: true,
  },
  { name: "large", what: "4 GiB, 75 % live: some 6,000 meshes", range: 2 ** 32, load: 0.75, frames: 1500 },
  { name: "tight", what: "1 GiB, 92 % live: some 1,900 meshes", range: 2 ** 30, load: 0.92, frames: 1500 },
];
