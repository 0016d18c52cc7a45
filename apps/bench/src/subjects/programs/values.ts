/**
 * What the programs write, from the number of the event that makes the block. Fractions are such that 32 bits hold them
 * exactly, and no whole numbers: V8 keeps those in another way, and a program's positions and phases seldom are.
 */

/** From 1/512 to 511/512. */
export const fraction = (serial: number): number => ((serial & 255) + 0.5) / 256;
/** From −64 to 64, in eighths, none of them whole. */
export const coordinate = (serial: number): number => ((serial & 1023) - 512 + 0.5) / 8;

/** The text that a string begins with: eight characters, as of a game's labels ("hp 0a3f:"). */
export const LABELS: readonly string[] = Array.from(
  { length: 256 },
  (_, i) => `hp ${((i * 2654435761) >>> 16).toString(16).padStart(4, "0").slice(-4)}:`,
);
/** The same as words of four characters each, the first one the lowest byte: label i is at 2i and 2i + 1. */
export const LABEL_WORDS: Int32Array = Int32Array.from({ length: 512 }, (_, i) =>
  wordOf(LABELS[i >>> 1]!, 4 * (i & 1)),
);
/** What follows it: as many spaces as there are to be. */
export const SPACES: readonly string[] = Array.from({ length: 256 }, (_, i) => " ".repeat(i));
export const FOUR_SPACES = 0x20202020;

function wordOf(text: string, from: number): number {
  let word = 0;
  for (let i = 3; i >= 0; i--) word = (word << 8) | text.charCodeAt(from + i);
  return word;
}
