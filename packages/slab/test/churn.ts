import type { SlabAllocator } from "../src/index.ts";

const held = new Uint32Array(1000);

/** `pairs` allocations and frees, of all sizes, small ones most, 1,000 blocks live: no garbage of its own. */
export function churn(heap: SlabAllocator, pairs: number): void {
  for (let i = 0; i < held.length; i++) held[i] = heap.allocate(sizeAt(i));
  let state = 1;
  for (let i = held.length; i < pairs; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const at = (state >>> 8) % 1000;
    heap.free(held[at]);
    held[at] = heap.allocate(sizeAt(i));
  }
  for (let i = 0; i < held.length; i++) heap.free(held[i]);
}

function sizeAt(i: number): number {
  const dice = Math.imul(i, 0x9e3779b1) >>> 20;
  return i % 16 !== 0 ? dice & 255 : i % 256 !== 0 ? dice : dice * 8;
}
