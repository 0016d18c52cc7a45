/**
 * # @ariax/slab/engine: for engines in other languages
 *
 * The heap is a table of words in memory (../LAYOUT.md): an engine is any code that operates it. What an engine needs of
 * this package: a heap's memory and views, making and opening one, reading and checking it; and `EngineAllocator`, which
 * makes the contract of @ariax/allocator out of an engine's functions.
 */
export { EngineAllocator, type EngineVerbs } from "./engine-allocator.ts";
export { Heap, heapOptions, makeHeap, openHeap } from "./heap.ts";
export { type Extent, extents, freeRuns, heapStats, liveBlocks } from "./inspect.ts";
export { makeShared, openShared, type SharedOptions, sharedFirst } from "./lanes/heap.ts";
export { readReclaim } from "./lanes/holder.ts";
export { idOf, isRepairing, nameHeap, newId, ticketsOf } from "./lanes/identity.ts";
export { readAttach } from "./lanes/opened.ts";
export { checkTicket, drawTicket } from "./lanes/state.ts";
export { type Layout, layoutOf } from "./layout.ts";
export { type Growable, growable, type Place, placeFor, readPlace } from "./memory.ts";
export { type LaneVerbs, SharedEngineAllocator } from "./shared-engine-allocator.ts";
export { CLASS_SIZES, classOf, PAGE_SHIFT, PAGE_SIZE, SMALL_MAX } from "./size-class.ts";
export { trim } from "./slabs.ts";
export { verifyHeap } from "./verify.ts";
