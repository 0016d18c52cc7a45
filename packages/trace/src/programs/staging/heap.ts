import { newArray } from "../../arrays.ts";
import { Blocks } from "../blocks.ts";
import type { ProgramHeap } from "../program.ts";
import { GRAIN, type StagingStore } from "./store.ts";

/** Ranges as blocks, aligned. */
export function stagingInHeap(heap: ProgramHeap, ranges: number): StagingStore {
  const blocks = new Blocks(heap);
  const rangeAt = newArray(Uint32Array, ranges);
  return {
    follow: () => blocks.follow(),
    upload(slot, bytes, serial) {
      const block = blocks.allocateAligned(bytes, GRAIN);
      rangeAt[slot] = block;
      const { words } = blocks;
      const [first, last] = [block >>> 2, (block + bytes - 4) >>> 2];
      for (let w = first; w < last; w += GRAIN >>> 2) words[w] = serial + w - first;
      words[last] = ~serial;
    },
    finish(slot, bytes) {
      const block = rangeAt[slot];
      const { words } = blocks;
      const first = block >>> 2;
      const middle = first + (((bytes >>> 1) & -GRAIN) >>> 2);
      const read = words[first] + words[middle] + words[(block + bytes - 4) >>> 2];
      blocks.free(block);
      return read;
    },
  };
}
