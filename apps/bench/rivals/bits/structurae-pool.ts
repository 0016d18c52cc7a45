import { Pool } from "structurae";
import type { BitAdapter } from "../adapter.ts";

/**
 * Claims any free index, not the lowest, and can't tell the lowest without claiming. `length` is a multiple of 32: of
 * others it hands out indices past the end.
 */
export function create(length: number): BitAdapter {
  const pool = Pool.create(length);
  for (let i = 0; i < length; i++) pool.get();
  return {
    first: () => {
      throw new Error("unsupported");
    },
    claim: () => pool.get(),
    release: (index) => pool.free(index),
  };
}
