/** Heaps in use, for tests: the same seed, the same calls. */

import type { SlabAllocator } from "../src/index.ts";
import { extents } from "../src/inspect.ts";
import * as L from "../src/layout.ts";

/** A whole number from 0 to `bound` − 1. */
export type Random = (bound: number) => number;

/** Repeatable numbers: Marsaglia's 32-bit xorshift, its seed spread by a multiplication. */
export function random(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** Mostly small, at times large; `scale` bytes is about the largest. */
function anySize(next: Random, scale: number): number {
  const dice = next(100);
  return next(dice < 60 ? 129 : dice < 90 ? 1500 : dice < 98 ? 20000 : scale);
}

/** `calls` calls of every verb that changes a heap, which fills and empties in turns. `live` is kept up to date. */
export function drive(heap: SlabAllocator, live: number[], next: Random, calls: number, scale = 100_000): void {
  const size = () => Math.min(anySize(next, scale), heap.capacity);
  const take = (): number => {
    const at = next(live.length);
    const offset = live[at];
    live[at] = live[live.length - 1];
    live.pop();
    return offset;
  };
  for (let i = 0; i < calls; i++) {
    const dice = next(100);
    const filling = (i >>> 9) % 2 === 0 ? 55 : 35;
    if (live.length === 0 || dice < filling) {
      const offset = heap.tryAllocate(size(), dice < 4 ? 1 << next(14) : undefined);
      if (offset !== 0) live.push(offset);
    } else if (dice < 85) {
      heap.free(take());
    } else if (dice < 90) {
      heap.resize(live[next(live.length)], size());
    } else if (dice < 95) {
      const at = next(live.length);
      try {
        live[at] = heap.reallocate(live[at], size());
      } catch (error) {
        if ((error as { code?: string }).code !== "ERR_OUT_OF_MEMORY") throw error;
      }
    } else if (dice < 97) {
      const out = new Int32Array(1 + next(40));
      const made = heap.allocateMany(next(300), out);
      for (let k = 0; k < made; k++) live.push(out[k] >>> 0);
    } else {
      heap.freeMany(Int32Array.from({ length: Math.min(live.length, next(40)) }, take));
    }
  }
}

/** Blocks of `size` bytes until none fits. */
export function fill(heap: Pick<SlabAllocator, "tryAllocate">, size: number): number[] {
  const made: number[] = [];
  for (let offset = heap.tryAllocate(size); offset !== 0; offset = heap.tryAllocate(size)) made.push(offset);
  return made;
}

/** For every page of the heap, whether it is free. */
export function freePages(heap: SlabAllocator): boolean[] {
  const free = new Array<boolean>(heap.words[L.H_PAGES]).fill(false);
  for (const { kind, page, pages } of extents(heap.words)) free.fill(kind === "free", page, page + pages);
  return free;
}

/** What `fn` throws, as `code: message`; "nothing" if it doesn't. */
export function thrownBy(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
  return "nothing";
}
