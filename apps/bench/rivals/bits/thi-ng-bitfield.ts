import { BitField } from "@thi.ng/bitfield";
import type { BitAdapter } from "../adapter.ts";

export function create(length: number): BitAdapter {
  const bits = new BitField(length);
  return {
    first: () => bits.firstOne(),
    claim() {
      const index = bits.firstOne();
      if (index >= 0) bits.setAt(index, 0);
      return index;
    },
    release: (index) => bits.setAt(index, 1),
  };
}
