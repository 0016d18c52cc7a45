/**
 * What a block is charged: its room, the bytes that `sizeOf` says. Before it is made, by its size; afterwards, read where
 * the heap has it, in the page table and the class line (@ariax/slab, LAYOUT.md).
 */
import type { Offset } from "@ariax/allocator";
import { CLASS_SIZES, classOf } from "@ariax/slab/engine";

// Of LAYOUT.md, and held together with it by test/room.test.ts: V8 makes literals of constants of this file only.
const TABLE = 600;
const ENTRY_LINE = 127;
const LINE_SHIFT = 3;
const C_SIZE = 2;
const E_PAGES = 0xfffff;
const E_LARGE = 0x80000000 | 0;
const E_BODY = 0x90000000 | 0;
const PAGE_SHIFT = 12;
const PAGE_SIZE = 4096;
const SMALL_MAX = 16384;

/** The most room that a block of up to 16 KiB has, from whatever class it comes. */
export const MOST_SMALL = 16384;

/** The least room that a block of `size` bytes has: of its class, or of its pages. More, where that class finds no page. */
export function roomFor(size: number, alignment = 8): number {
  if (size > SMALL_MAX || alignment > PAGE_SIZE) return pagesFor(size);
  let c = classOf(size);
  while ((CLASS_SIZES[c] & (alignment - 1)) !== 0) c++;
  return CLASS_SIZES[c];
}

/** The same of a large block. */
export function pagesFor(size: number): number {
  return Math.max(1, Math.ceil(size / PAGE_SIZE)) * PAGE_SIZE;
}

/** The room of the live block at `offset`; any number where there is none. */
export function roomAt(w: Int32Array, base: number, offset: Offset): number {
  const entry = entryAt(w, base, offset);
  return entry > 0 ? w[((entry & ENTRY_LINE) << LINE_SHIFT) + C_SIZE] : (entry & E_PAGES) * PAGE_SIZE;
}

/** Of a live block: is it one of pages of its own, which can become longer in place? */
export function isLarge(w: Int32Array, base: number, offset: Offset): boolean {
  return entryAt(w, base, offset) <= 0;
}

/** Does the page of `offset` belong to a slab, or begin a large block? `offset` lies in the heap. */
export function isBlocks(w: Int32Array, base: number, offset: Offset): boolean {
  const entry = entryAt(w, base, offset);
  return entry > 0 || (entry >= E_LARGE && entry < E_BODY);
}

function entryAt(w: Int32Array, base: number, offset: Offset): number {
  return w[TABLE + (((offset - base) | 0) >>> PAGE_SHIFT)];
}
