/** Is a control block that of a context's heap, and whole? Another thread had it, or it comes out of a snapshot. */
import { CorruptionError } from "@ariax/allocator";
import { verifyHeap } from "@ariax/slab/engine";

// Header words of LAYOUT.md.
const H_BASE = 2;
const H_LIMIT = 3;
const H_LANES = 4;
const H_PAGES = 16;

/** Throws `CorruptionError` naming the first thing that is wrong. O(pages). */
export function checkHeap(w: Int32Array, base: number, pages: number): void {
  // What says how far the others reach, first: verifyHeap takes it as it is.
  expectWord(w, H_BASE, base | 0);
  expectWord(w, H_LIMIT, pages);
  expectWord(w, H_LANES, 1);
  expectWord(w, H_PAGES, pages);
  verifyHeap(w);
}

function expectWord(w: Int32Array, word: number, should: number): void {
  if (w[word] !== should) throw new CorruptionError(`header word ${word} is ${w[word]}, must be ${should}`);
}
