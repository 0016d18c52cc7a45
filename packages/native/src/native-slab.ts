import type { Traits } from "@ariax/allocator";
import { disposable, present } from "@ariax/allocator/implement";
import { SlabAllocator } from "@ariax/slab";
import { type Heap, heapOptions } from "@ariax/slab/engine";
import type { HeapHandle } from "./addon.ts";
import type { Backing } from "./backing.ts";
import { type NativeHeap, TAG, WORDS } from "./native-heap.ts";
import type { Region } from "./region.ts";

/** `NativeAllocator` with the engine in TypeScript: the hot verbs are `SlabAllocator`'s own. */
export class NativeSlab extends SlabAllocator<ArrayBufferLike> implements NativeHeap {
  declare readonly traits: Traits;
  declare readonly [Symbol.dispose]: () => void;
  declare private readonly backing: Backing;

  constructor(heap: Heap, backing: Backing) {
    super(heapOptions(heap));
    present(this, WORDS);
    this.backing = backing;
    this.traits = { ...this.traits, name: "native", returnsMemory: backing.returnsMemory };
    disposable(this);
  }

  protected override gave(): void {
    this.backing.gave();
  }

  get region(): Region | undefined {
    return this.backing.region;
  }

  get handle(): HeapHandle {
    return this.backing.handle;
  }

  purge(): number {
    return this.backing.purge();
  }

  unmap(): void {
    this.backing.unmap();
  }

  dispose(): void {
    this.backing.dispose();
  }

  get [Symbol.toStringTag](): string {
    return TAG;
  }
}
