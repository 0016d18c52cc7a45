/** A Huffman code as deflate has it: codes of one length ascend with their symbols, and come highest bit first. */
import { damaged } from "./stream-error.ts";

/** By the next bits, as many as the longest code has: symbol × 16 + length of the code; 0 = none begins like that. */
export interface Code {
  readonly table: Uint16Array;
}

/** The code in which each symbol has a code of that many bits, 15 at most; 0 = it has none. Throws `StreamError`. */
export function codeOf(lengths: ArrayLike<number>): Code {
  const count = new Array<number>(16).fill(0);
  let longest = 0;
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    count[lengths[symbol]]++;
    longest = Math.max(longest, lengths[symbol]);
  }
  count[0] = 0;
  const next = [0];
  let left = 1;
  for (let length = 1; length < 16; length++) {
    left = left * 2 - count[length];
    if (left < 0) damaged();
    next.push((next[length - 1] + count[length - 1]) * 2);
  }
  // Codes that nobody uses? One alone has one: its other bit.
  if (left > 0 && longest > 1) damaged();
  const table = new Uint16Array(2 ** longest);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol];
    if (length === 0) continue;
    const first = reversed(next[length]++, length);
    for (let i = first; i < table.length; i += 1 << length) table[i] = symbol * 16 + length;
  }
  return { table };
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >>> bit) & 1) << (length - 1 - bit);
  return result;
}
