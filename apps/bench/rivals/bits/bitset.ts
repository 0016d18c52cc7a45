import BitSet from "bitset";
import type { BitAdapter } from "../adapter.ts";

/** `lsb()` is 0 both for "bit 0" and for "none": `isEmpty()` tells them apart, where it says 0. */
export function create(length: number): BitAdapter {
  const bits = new BitSet();
  // Its words are made once, not while the clock runs.
  bits.set(length - 1, 1);
  bits.set(length - 1, 0);
  const first = (): number => {
    const index = bits.lsb();
    return index === 0 && bits.isEmpty() ? -1 : index;
  };
  return {
    first,
    claim() {
      const index = first();
      if (index >= 0) bits.set(index, 0);
      return index;
    },
    release: (index) => bits.set(index, 1),
  };
}
