/**
 * # @ariax/allocator/implement: for those who write an allocator
 *
 * What the allocators, pools and tools of the family have in common behind their verbs: arguments are refused in the same words,
 * options are read once, buffers are made by one function, `using` works on every host. Programs that use an allocator need
 * none of it.
 */
export { renewed } from "./allocate-many.ts";
export * from "./buffers.ts";
export {
  checkAlignment,
  checkAllocator,
  checkAlone,
  checkBoolean,
  checkCallback,
  checkCount,
  checkGiven,
  checkInteger,
  checkKnown,
  checkOffsets,
  checkOptions,
  checkSize,
  isUint32,
  readOptions,
} from "./check.ts";
export * from "./dispose.ts";
export { outOfMemory } from "./out-of-memory.ts";
export { allocatorWords, bytes, counted, postBuffer, present, statsParts, type Words } from "./present.ts";
export { type Cells, moveBlock, resizeOrMove } from "./reallocate.ts";
export * from "./refusal.ts";
export * from "./show.ts";
export { makeStats } from "./stats.ts";
export { TRAIT_LABELS } from "./traits.ts";
export { bytesPerElement } from "./view.ts";
export { whenEnded } from "./worker.ts";
export * from "./writable.ts";
