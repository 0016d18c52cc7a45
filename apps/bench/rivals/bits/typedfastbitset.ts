import { TypedFastBitSet } from "typedfastbitset";
import type { BitAdapter } from "../adapter.ts";
import { iterating } from "./iterating.ts";

export function create(length: number): BitAdapter {
  return iterating(new TypedFastBitSet(undefined, new Uint32Array(length / 32)));
}
