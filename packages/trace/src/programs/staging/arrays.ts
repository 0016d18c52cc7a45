import { GRAIN, type StagingStore } from "./store.ts";

/** A typed array for each range. */
export function stagingInArrays(ranges: number): StagingStore {
  const rangeAt: (Int32Array | undefined)[] = new Array(ranges).fill(undefined);
  return {
    follow() {},
    upload(slot, bytes, serial) {
      const words = new Int32Array(bytes >>> 2);
      rangeAt[slot] = words;
      const last = words.length - 1;
      for (let w = 0; w < last; w += GRAIN >>> 2) words[w] = serial + w;
      words[last] = ~serial;
    },
    finish(slot, bytes) {
      const words = rangeAt[slot]!;
      rangeAt[slot] = undefined;
      return words[0] + words[((bytes >>> 1) & -GRAIN) >>> 2] + words[words.length - 1];
    },
  };
}
