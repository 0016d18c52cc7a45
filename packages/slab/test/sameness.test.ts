import { expect, test } from "vitest";
import { SlabAllocator } from "../src/index.ts";
import * as L from "../src/layout.ts";
import { CLASSES } from "../src/size-class.ts";
import { drive, random } from "./heaps.ts";

const CAPACITY = 1 << 20;

function driven(heap: SlabAllocator, seed: number): number[] {
  const live: number[] = [];
  drive(heap, live, random(seed), 5000);
  return live;
}

test.each([1, 2, 3])("the same calls make the same bytes (seed %i)", (seed) => {
  const heaps = [new SlabAllocator({ capacity: CAPACITY }), new SlabAllocator({ capacity: CAPACITY, shared: true })];
  const [a, b] = heaps.map((heap) => driven(heap, seed));
  expect(b).toEqual(a);
  expect(new Uint8Array(heaps[1].memory.buffer)).toEqual(new Uint8Array(heaps[0].memory.buffer));
});

test("a heap elsewhere in its buffer differs in its base alone", () => {
  const base = 3 * 65536; // large alignments are reckoned from the buffer's start
  const here = new SlabAllocator({ capacity: CAPACITY });
  const there = new SlabAllocator({ buffer: new ArrayBuffer(base + CAPACITY), byteOffset: base });
  const live = driven(here, 4);
  expect(driven(there, 4)).toEqual(live.map((p) => p + base));
  const words = there.words.slice();
  words[L.H_BASE] -= base;
  for (let c = 0; c < CLASSES; c++) {
    const line = L.LINES + (c << L.LINE_SHIFT);
    if (words[line + L.C_BASE] !== 0) words[line + L.C_BASE] -= base;
    for (let at = words[line + L.C_BOTTOM] + 2; at <= words[line + L.C_TOP]; at += 2) words[at] -= base;
  }
  // What lies above a stack's top is what lay on it.
  const from = words[L.H_STACKS];
  for (let at = from; at < words.length; at++) {
    if (words[at] !== here.words[at]) words[at] -= base;
  }
  expect(words).toEqual(here.words);
});

test("reset makes a new heap's words, but for the peak, and what lay in unused ones", () => {
  const heap = new SlabAllocator({ capacity: CAPACITY });
  const fresh = heap.words.slice();
  driven(heap, 5);
  const peak = heap.stats().peakReserved;
  heap.reset();
  heap.verify();
  expect(heap.stats()).toEqual({ ...new SlabAllocator({ capacity: CAPACITY }).stats(), peakReserved: peak });
  const until = heap.words[L.H_BINS];
  const [now, then] = [heap.words.slice(0, until), fresh.slice(0, until)];
  for (const word of [L.H_PEAK, L.H_CHECK]) now[word] = then[word] = 0;
  expect(now).toEqual(then);
});
