/** Names of contexts: short enough for a field of 64 bytes, and fit to be printed in one line. */
import { InvalidArgumentError } from "@ariax/allocator";

/** The most bytes of a name, as UTF-8. */
export const MAX_NAME_BYTES = 64;

/** Control characters, line separators, and halves of surrogate pairs, which no UTF-8 has. */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;

/** `name`, if it is 1 to 64 bytes of well-formed UTF-8 without control characters; else throws `InvalidArgumentError`. */
export function checkName(name: string): string {
  if (typeof name !== "string") throw new InvalidArgumentError(`invalid name: ${typeof name} is no string`);
  // No text has more UTF-16 units than UTF-8 bytes: one that is far too long is not walked.
  const bytes = name.length > MAX_NAME_BYTES ? name.length : utf8Length(name);
  if (bytes < 1 || bytes > MAX_NAME_BYTES) {
    const least = name.length > MAX_NAME_BYTES ? "at least " : "";
    throw new InvalidArgumentError(`invalid name: ${least}${bytes} bytes, 1 to ${MAX_NAME_BYTES} are allowed`);
  }
  const unfit = UNFIT.exec(name)?.[0].codePointAt(0);
  if (unfit !== undefined) {
    throw new InvalidArgumentError(`invalid name: U+${hex(unfit)} is no character for a name`);
  }
  return name;
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, "0");
}

/** Bytes of a text as UTF-8; half of a surrogate pair counts as three. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
