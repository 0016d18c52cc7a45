/**
 * What the first block of a fresh slab costs, by size class, beside the way of old: a list threaded through every block before
 * the first is given away.
 */
import { SlabAllocator } from "@ariax/slab";
import { type Figure, middle } from "./figure.ts";

const CAPACITY = 8 << 20;
/** Bytes of a block. The smaller, the more of them are in a slab. */
const CLASSES = [16, 64, 256, 1024];
/** Of a slab, where blocks are threaded: as many bytes for each class, so that only their number differs. */
const SLAB = 64 << 10;

export function measure(quick: boolean): readonly Figure[] {
  const rounds = quick ? 200 : 4000;
  const heap = new SlabAllocator({ capacity: CAPACITY });
  const words = new Int32Array(SLAB / 4);
  const times = CLASSES.map(() => new Float64Array(rounds));
  const threads = CLASSES.map(() => new Float64Array(rounds));
  for (let round = 0; round < rounds; round++) {
    // All slabs are gone: the next block of each class is the first of a new one.
    heap.reset();
    for (let c = 0; c < CLASSES.length; c++) {
      times[c]![round] = first(heap, CLASSES[c]!);
      threads[c]![round] = thread(words, CLASSES[c]!);
    }
  }
  return [
    ...CLASSES.map((size, c) => middle(`the first block of a fresh slab, of ${size} bytes`, times[c]!)),
    ...CLASSES.map((size, c) =>
      middle(`threading ${(SLAB / size).toLocaleString("en-US")} blocks of ${size} bytes into a list`, threads[c]!),
    ),
  ];
}

/** ms. The clock is in it. */
function first(heap: SlabAllocator, size: number): number {
  const start = performance.now();
  heap.allocate(size);
  return performance.now() - start;
}

function thread(words: Int32Array, size: number): number {
  const step = size >>> 2;
  const start = performance.now();
  for (let at = 0; at < words.length; at += step) words[at] = at + step;
  return performance.now() - start;
}
