import { TypedFastBitSet } from "typedfastbitset";
import type { BitAdapter } from "../adapter.ts";

/** It has no find-first but the first step of an iteration. */
export function create(length: number): BitAdapter {
  const bits = new TypedFastBitSet(undefined, new Uint32Array(length / 32));
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
