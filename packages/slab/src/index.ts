/**
 * # @ariax/slab: the general-purpose heap
 *
 * - *page*: 4 KiB. *size class*: one of the 71 sizes that blocks of up to 16 KiB are rounded up to.
 * - *slab*: a run of pages cut into blocks of one class, from its end. *run*: the pages of one large block.
 * - *cursor*: the bitmap word that a class allocates from. *stack*: its blocks that were freed last. *page pool*: the free pages.
 *
 *     ┌───────────────┬──────┬────────┬──────────────┬──────────────────┬╌╌╌╌╌
 *     │ control block │ slab │ slab   │ large block  │ free run         │ slab …
 *     └───────────────┴──────┴────────┴──────────────┴──────────────────┴╌╌╌╌╌
 *       all metadata    16 B   m × 2^k   its pages      in a bin of the page pool
 *
 * Layers, each importing those below it only: slab-allocator, the verbs and the hot path; heap, memory, verify and inspect, the
 * heap as a whole; lookup, from an offset to its block; slabs and large, the two kinds of block; page-pool and its bins; layout
 * and size-class, the numbers.
 */

export type { SharedOptions } from "./lanes/heap.ts";
export type { ReclaimOptions } from "./lanes/holder.ts";
export type { AttachOptions, SharedSlabOptions } from "./lanes/opened.ts";
export type { Lost } from "./lanes/repair.ts";
export type { GivenMemory, GivenWasmMemory, OwnMemory, SlabOptions, WasmMemory } from "./memory.ts";
export { MIN_CAPACITY } from "./memory.ts";
export { SharedSlabAllocator } from "./shared-slab-allocator.ts";
export { CLASS_SIZES, PAGE_SIZE, SLAB_PAGES, SMALL_MAX } from "./size-class.ts";
export type { SlabAllocator as SlabAllocatorClass } from "./slab-allocator.ts";
export { SlabAllocator, type SlabAllocatorConstructor } from "./slab-constructor.ts";
