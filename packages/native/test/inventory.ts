/** Which blocks are live, and what is written in them: what processes tell each other of a heap that they share. */
import type { NativeAllocator } from "../src/index.ts";

/** Each block's offset, its size, and the number its bytes are made of. */
export type Inventory = [offset: number, size: number, seed: number][];

function bytesOf(heap: NativeAllocator, offset: number, size: number): Uint8Array {
  return new Uint8Array(heap.memory.buffer, offset, size);
}

const byteAt = (seed: number, i: number): number => Math.imul(seed + i, 0x9e3779b1) >>> 24;

/** Makes a block and writes all of it. */
function add(heap: NativeAllocator, inventory: Inventory, size: number, seed: number): void {
  const offset = heap.allocate(size);
  const bytes = bytesOf(heap, offset, size);
  for (let i = 0; i < size; i++) bytes[i] = byteAt(seed, i);
  inventory.push([offset, size, seed]);
}

/** Throws where a block is not there, or not as it was left, or an invariant does not hold. */
export function checkAll(heap: NativeAllocator, inventory: Inventory): void {
  heap.verify();
  for (const [offset, size, seed] of inventory) {
    if (heap.sizeOf(offset) < size)
      throw new Error(`the block at ${offset} has ${heap.sizeOf(offset)} of ${size} bytes`);
    const at = bytesOf(heap, offset, size).findIndex((byte, i) => byte !== byteAt(seed, i));
    if (at >= 0) throw new Error(`byte ${at} of the block at ${offset} has changed`);
  }
}

/** A turn: all is checked, half of it freed, what is free purged, and blocks of all kinds are made. What is live then. */
export function takeTurn(heap: NativeAllocator, before: Inventory, seed: number): Inventory {
  checkAll(heap, before);
  const [kept, gone]: [Inventory, Inventory] = [[], []];
  for (const [i, block] of before.entries()) (i % 2 === seed % 2 ? kept : gone).push(block);
  for (const [offset] of gone) heap.free(offset);
  heap.purge();
  for (let i = 0; i < 200; i++) add(heap, kept, (i * i * seed) % 3000, seed + i);
  for (let i = 0; i < 5; i++) add(heap, kept, 20_000 + 1000 * i * seed, seed + i);
  return kept;
}
