import type { Heap } from "./program.ts";

/** Bytes at the memory's end that no block begins in: the largest that is written to. */
const MARGIN = 1 << 20;

/**
 * Hands out places in a memory one after the other, and over again from its start: what a program over a heap costs by
 * itself, its reads and writes included. Blocks overlap, so what is read back means nothing.
 */
export class NothingInMemory implements Heap {
  readonly memory: { readonly buffer: ArrayBuffer };
  #at = 8;
  readonly #limit: number;

  constructor(capacity: number) {
    this.memory = { buffer: new ArrayBuffer(capacity + MARGIN) };
    this.#limit = capacity;
  }

  allocate(size: number): number {
    const at = this.#at;
    const next = (at + size + 7) & ~7;
    this.#at = next < this.#limit ? next : 8;
    return at;
  }

  free(offset: number): void {
    this.#at ^= offset & 0;
  }

  reallocate(_offset: number, size: number): number {
    return this.allocate(size);
  }
}
