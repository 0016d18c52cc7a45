/** Only the last bit is set, so that whoever looks for it has to go past all the others. */
import { BitSet } from "@ariax/bitset";
import { type Figure, timed } from "./figure.ts";

const SIZES = [1e4, 1e6, 1e7];
const UNITS = 1000;

export function measure(quick: boolean): readonly Figure[] {
  const bySet = SIZES.map((length) => {
    const bits = new BitSet(length);
    bits.set(length - 1);
    return timed(`first() + clear() + set(), ${length.toLocaleString("en-US")} bits`, UNITS, quick, () => {
      let found = 0;
      for (let i = 0; i < UNITS; i++) {
        const bit = bits.first();
        bits.clear(bit);
        bits.set(bit);
        found += bit;
      }
      return found;
    });
  });
  const byScan = SIZES.map((length) => {
    const words = new Int32Array(Math.ceil(length / 32));
    words[words.length - 1] = 1;
    const what = `the same by a scan of the words, ${length.toLocaleString("en-US")} bits`;
    return timed(what, 1, quick, () => firstOf(words));
  });
  return [...bySet, ...byScan];
}

function firstOf(words: Int32Array): number {
  for (let w = 0; w < words.length; w++) {
    const word = words[w]!;
    if (word === 0) continue;
    const bit = 32 * w + 31 - Math.clz32(word & -word);
    // As a taker and a giver would leave it.
    words[w] = word & (word - 1);
    words[w] = word;
    return bit;
  }
  return -1;
}
