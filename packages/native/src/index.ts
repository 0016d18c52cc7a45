/**
 * # @ariax/native: memory from the operating system, and heaps in it
 *
 * - *heap*: that of @ariax/slab, in a region, a buffer or a WebAssembly memory. *engine*: who operates it, TypeScript or C.
 * - *region*: one mapping, and the one `ArrayBuffer` over it. *page*: what the system gives and takes, 4 KiB (16 on Apple's chips).
 * - *resident*: in RAM. A page is, once it was touched, until it is purged.
 * - *guard*: a page without access. *huge page*: 2 MiB in one entry of the CPU's page table.
 *
 *     ┌───────┬──────────────────────────────────────────────────┬───────┐
 *     │ guard │ touched │ untouched: addresses only │ touched …  │ guard │
 *     └───────┴──────────────────────────────────────────────────┴───────┘
 *             ▲ region.buffer: 0 … byteLength
 *             │ control block │ blocks │ free: its RAM goes back │ …
 *             ▲ heap
 *
 * JavaScript reads and writes the pages themselves: after `map`, nothing crosses into C until `purge` or `unmap`, but for a heap whose
 * engine is C: there each verb does.
 */
export { type HeapHandle, isAvailable, type LanesHandle, systemCalls, whyUnavailable } from "./addon.ts";
export * from "./errors.ts";
export {
  type HeldLock,
  type HoldOptions,
  holdLock,
  reclaimDead,
  type WatchLockOptions,
  watchLock,
} from "./file-locks.ts";
export { HEADERS } from "./host.ts";
export { NativeAllocator, type NativeAllocatorConstructor } from "./native-allocator.ts";
export type { EngineOptions, NativeEngine, NativeHeap, NativeOptions } from "./native-heap.ts";
export {
  NativeSharedAllocator,
  type NativeSharedAttachOptions,
  type NativeSharedOptions,
} from "./native-shared-allocator.ts";
export { type HugePages, Region, type RegionKind } from "./region.ts";
export {
  type FileOptions,
  MAX_REGION,
  type OpenOptions,
  type Placement,
  type PrivateOptions,
  type Reservation,
  type ShareOptions,
} from "./region-options.ts";
