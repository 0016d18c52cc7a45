import { RoaringBitmap32, roaringLibraryInitialize } from "roaring-wasm";
import type { BitAdapter } from "../adapter.ts";

/** What `minimum` says of an empty bitmap. */
const EMPTY = 0xffffffff;

export async function create(): Promise<BitAdapter> {
  await roaringLibraryInitialize();
  const bits = new RoaringBitmap32();
  return {
    first() {
      const index = bits.minimum();
      return index === EMPTY ? -1 : index;
    },
    claim: () => bits.shift() ?? -1,
    release: (index) => bits.add(index),
  };
}
