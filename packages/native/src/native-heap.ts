/** What a heap of this package is, whoever operates it: the classes of both engines have this, and no more. */
import type { Allocator } from "@ariax/allocator";
import { allocatorWords, type Words } from "@ariax/allocator/implement";
import type { HeapHandle } from "./addon.ts";
import type { Region } from "./region.ts";

/** Who operates the heap: `"typescript"`, without ever leaving JavaScript, or `"c"`, a call into the addon each. */
export type NativeEngine = "typescript" | "c";

export interface EngineOptions {
  /** Default: `"typescript"`. */
  readonly engine?: NativeEngine | undefined;
  /**
   * Milliseconds after which free pages begin to go back to the system: 0 as soon as the running code returns, `Infinity` only
   * by `purge()`. In regions only. Default: 1000 where the memory is private. Where it is a file's or shared, `Infinity`: a
   * run that is free when this process looks may be another's a moment later. Give a number if no other process is at work.
   */
  readonly purgeDelay?: number | undefined;
}

/** A heap in memory mapped for it. Private memory, unless a file or a name for shared memory is given. */
export interface NativeOptions extends EngineOptions {
  /** Bytes, control block included: rounded down to whole pages of 4 KiB; 64 KiB to 4 GiB − 64 KiB. Untouched, they cost nothing. */
  readonly capacity: number;
  /** As for `Region.map`. */
  readonly hugePages?: boolean | undefined;
  /** As for `Region.map`. */
  readonly guard?: boolean | undefined;
  /** A file that the heap is to lie in, from its start; what it holds there is overwritten. As for `Region.map`. */
  readonly file?: string | number | undefined;
  /** A name for shared memory. As for `Region.share`. */
  readonly name?: string | undefined;
  /** As for `Region.map` and `Region.share`. Of the control block the system always has the room. */
  readonly reserve?: boolean | undefined;
}

/**
 * The general-purpose heap of @ariax/slab over memory mapped from the operating system: it takes RAM page by page as blocks
 * are touched, and gives it back once they are free.
 *
 * Its verbs, costs and errors are `SlabAllocator`'s, and no verb makes a system call. After `unmap` each throws
 * `DetachedError`.
 */
export interface NativeHeap extends Allocator, Disposable {
  /** The most bytes the memory may ever have, control block included. */
  readonly capacity: number;
  /** The control block, as it is now. For other engines and for tests; writing to it breaks the heap. */
  readonly words: Int32Array;
  /** Where the heap lies, if that is a region. */
  readonly region: Region | undefined;
  /** The heap for other addons, of an `ArrayBuffer`: include/ariax_native.h. It is another one when the memory has grown. */
  readonly handle: HeapHandle;
  /** Gives the RAM of all free pages back to the system, now. The bytes that this freed. O(pages), some system calls. */
  purge(): number;
  /**
   * Unmaps the region.
   *
   * @throws `RegionUnmappedError` the second time.
   * @throws `InvalidArgumentError` where there is no region, and what `Region.unmap` throws; then nothing has changed.
   */
  unmap(): void;
  /** As `unmap`, for a region that was mapped by the constructor. Otherwise, the purge that is due is called off, no more. */
  dispose(): void;
}

/** What the heaps say where they are printed or sent. */
export const WORDS: Words<Allocator> = /* @__PURE__ */ allocatorWords(
  "a heap",
  "its memory can't either, so make it over a region that is shared by name or file, map that there, and attach",
);

/** The tag of every such heap, those of a second copy of this package and proxies of one included. */
export const TAG = "AriaxNativeAllocator";
