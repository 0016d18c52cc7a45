/**
 * `SlabAllocator` as programs see it: the class, with what its options say of the memory in its type. A class whose constructors make
 * several types can't be written as one.
 */
import type { Memory } from "@ariax/allocator";
import type { GivenMemory, OwnMemory, SlabOptions } from "./memory.ts";
import { SlabAllocator as SlabClass } from "./slab-allocator.ts";

/**
 * What is known of the memory by the options is known of the views: those of a heap that can't grow are over an `ArrayBuffer`, those of a shared
 * one over a `SharedArrayBuffer`. A heap that grows has a resizable buffer, which many web APIs refuse as they do shared ones: its type is either.
 */
export interface SlabAllocatorConstructor {
  new <B extends ArrayBufferLike = ArrayBuffer>(
    options: OwnMemory & { readonly maxCapacity?: undefined; readonly shared?: false | undefined },
  ): SlabClass<B>;
  new <B extends ArrayBufferLike = SharedArrayBuffer>(options: OwnMemory & { readonly shared: true }): SlabClass<B>;
  new <B extends ArrayBufferLike>(options: GivenMemory & Memory<B>): SlabClass<B>;
  new <B extends ArrayBufferLike = ArrayBufferLike>(options: SlabOptions): SlabClass<B>;
  readonly prototype: SlabClass;
  readonly attach: typeof SlabClass.attach;
}

/** See `SlabAllocatorClass`, which has the verbs. */
export type SlabAllocator<B extends ArrayBufferLike = ArrayBufferLike> = SlabClass<B>;
/** Makes a heap, or attaches to one: `new SlabAllocator({ capacity })`. */
export const SlabAllocator: SlabAllocatorConstructor = SlabClass;
