import { createRequire } from "node:module";
import type { BitAdapter } from "../adapter.ts";

/** The part of `fastbitset` that is called: CommonJS, without types. */
interface FastBitSet extends Iterable<number> {
  add(index: number): void;
  remove(index: number): void;
  resize(length: number): void;
}

const FastBitSet = createRequire(import.meta.url)("fastbitset") as new () => FastBitSet;

/** It has no find-first but the first step of an iteration. */
export function create(length: number): BitAdapter {
  const bits = new FastBitSet();
  bits.resize(length);
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
