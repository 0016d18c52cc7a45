import type { Offsets } from "@ariax/allocator";
/**
 * What the loops call. `@ariax` allocators are targets as they are; a rival is one through its adapter. `H` is a number
 * (an offset) or an object, and always the same in one process: the loops see one target, one kind of handle.
 */
export interface Target<H = unknown> {
  allocate(size: number): H;
  free(handle: H): unknown;
  reallocate(handle: H, size: number): H;
  /** What number handles are offsets into. */
  readonly memory?: { readonly buffer: ArrayBufferLike };
  /** Ours only. */
  readonly traits?: { readonly reuse: boolean };
  stats?(): { readonly peakReserved: number; readonly overhead: number };
  reset?(): void;
}

/** A target that makes and frees many blocks in one call. */
export interface BulkTarget extends Target<number> {
  allocateMany(size: number, out: Offsets): number;
  freeMany(offsets: Offsets): void;
}

/** The live blocks by slot: an `Int32Array` of offsets, or an `Array` of objects. A slot without a block holds 0. */
export interface Live<H = unknown> {
  [slot: number]: H;
  readonly length: number;
  fill(value: H): unknown;
}

/** Where the live blocks of a target are kept. */
export function makeLive(handles: "offsets" | "objects", slots: number): Live {
  return (handles === "offsets" ? new Int32Array(slots) : new Array(slots).fill(0)) as unknown as Live;
}
