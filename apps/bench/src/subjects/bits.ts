import { AtomicBitSet, BitSet } from "@ariax/bitset";
import type { BitAdapter } from "../../rivals/adapter.ts";

export function bitSet(length: number): BitAdapter {
  const set = new BitSet(length);
  return { first: () => set.first(), claim: () => set.takeFirst(), release: (index) => set.set(index) };
}

export function atomicBitSet(length: number): BitAdapter {
  const set = new AtomicBitSet(length);
  return { first: unsupported, claim: () => set.takeFirst(), release: (index) => set.set(index) };
}

function unsupported(): never {
  throw new Error("unsupported");
}

/** Keeps the last index released: the loop's own cost. */
export function nothing(): BitAdapter {
  let last = 0;
  return {
    first: () => last,
    claim: () => last,
    release(index) {
      last = index;
    },
  };
}
