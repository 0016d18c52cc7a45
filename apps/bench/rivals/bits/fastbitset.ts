import { createRequire } from "node:module";
import type { BitAdapter } from "../adapter.ts";
import { type IterableBits, iterating } from "./iterating.ts";

/** The part of `fastbitset` that is called: CommonJS, without types. */
interface FastBitSet extends IterableBits {
  resize(length: number): void;
}

const FastBitSet = createRequire(import.meta.url)("fastbitset") as new () => FastBitSet;

export function create(length: number): BitAdapter {
  const bits = new FastBitSet();
  bits.resize(length);
  return iterating(bits);
}
