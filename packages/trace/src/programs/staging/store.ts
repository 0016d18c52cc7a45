/** What a store of staging ranges does: over a heap, and as typed arrays. */
export interface StagingStore {
  /** A range of so many bytes, a multiple of `GRAIN`: its first and last word are written, and one of each `GRAIN`. */
  upload(slot: number, bytes: number, serial: number): void;
  /** The range is free again; what was read of it: the first word, the last one, and one in the middle. */
  finish(slot: number, bytes: number): number;
  /** The memory may be another by now. */
  follow(): void;
}

/** What ranges begin at, and are, multiples of: WebGPU's rows, and uniforms' offsets. */
export const GRAIN = 256;
