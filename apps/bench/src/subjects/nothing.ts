import type { Offsets } from "@ariax/allocator";
import type { BulkTarget, Target } from "./target.ts";

/**
 * Allocators that do nothing, so that a loop over them costs what the loop itself costs. Each result depends on each
 * call, so that no call can be left out by the compiler.
 */
export class Nothing implements BulkTarget {
  #top = 0;

  allocate(size: number): number {
    return (this.#top = (this.#top + size) | 0);
  }
  free(offset: number): void {
    this.#top ^= offset;
  }
  reallocate(offset: number, size: number): number {
    return (this.#top = (this.#top + (size ^ offset)) | 0);
  }
  allocateMany(size: number, out: Offsets): number {
    this.#top = (this.#top + size) | 0;
    return out.length;
  }
  freeMany(offsets: Offsets): void {
    this.#top ^= offsets.length;
  }
}

/** The same for loops over objects: it hands out one of two objects. */
export class NothingObjects implements Target<object> {
  readonly #objects: readonly [object, object] = [{ id: 0 }, { id: 1 }];
  #top = 0;

  allocate(size: number): object {
    this.#top = (this.#top + size) | 0;
    return this.#objects[this.#top & 1]!;
  }
  free(block: object): void {
    this.#top ^= block === this.#objects[0] ? 1 : 2;
  }
  reallocate(block: object, size: number): object {
    this.#top = (this.#top + size) ^ (block === this.#objects[0] ? 1 : 2);
    return this.#objects[this.#top & 1]!;
  }
}
