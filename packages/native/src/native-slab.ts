import type { Traits } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { type Heap, heapOptions } from "@ariax/slab/engine";
import type { HeapHandle } from "./addon.ts";
import type { Backing } from "./backing.ts";
import type { NativeAllocator } from "./native-allocator.ts";
import type { Region } from "./region.ts";

/** `NativeAllocator` with the engine in TypeScript: the hot verbs are `SlabAllocator`'s own. */
export class NativeSlab extends SlabAllocator implements NativeAllocator {
  declare readonly traits: Traits;
  declare private readonly backing: Backing;

  constructor(heap: Heap, backing: Backing) {
    super(heapOptions(heap));
    this.backing = backing;
    this.traits = { ...this.traits, name: "native", returnsMemory: backing.returnsMemory };
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

  [Symbol.dispose](): void {
    this.backing.dispose();
  }
}
