import type { BitAdapter } from "../adapter.ts";

/** A bit set that has no find-first but the first step of an iteration. */
export interface IterableBits extends Iterable<number> {
  add(index: number): void;
  remove(index: number): void;
}

export function iterating(bits: IterableBits): BitAdapter {
  const first = (): number => {
    const { done, value } = bits[Symbol.iterator]().next();
    return done ? -1 : value;
  };
  return {
    first,
    claim() {
      const index = first();
      if (index >= 0) bits.remove(index);
      return index;
    },
    release: (index) => bits.add(index),
  };
}
