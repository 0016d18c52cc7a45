/** Blocks, and the range itself, made longer or shorter where they are. */
import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger } from "@ariax/allocator/implement";
import { growError, type More } from "./control.ts";
import { LENGTH, MOST, REST, ROOM, SHIFT, SIZE, TURNS } from "./layout.ts";
import { granulesOf } from "./options.ts";
import { extend, lengthen, shorten } from "./rows.ts";

/** A block has `length` granules now; false, and nothing changed, where it can't. O(1). */
export function resizeRow(words: Int32Array, row: number, length: number, more: More): boolean {
  let w = words;
  const now = w[row + LENGTH] >>> 0;
  if (length > now && !lengthen(w, row, length - now)) return false;
  if (length < now) {
    if (w[ROOM] < 1) {
      const grown = more(w);
      if (grown === undefined) return false;
      w = grown;
    }
    shorten(w, row, length);
  }
  w[TURNS] = 0;
  return true;
}

/** The range has `bytes`, but for those that are no whole granule. Throws `InvalidArgumentError`, `HostMemoryError`. O(1). */
export function growRange(words: Int32Array, bytes: number, more: More): void {
  let w = words;
  const granule = 2 ** w[SHIFT];
  const size = w[SIZE] >>> 0;
  const maxBytes = (w[MOST] >>> 0) * granule + (w[REST] >>> 0);
  if (Number.isInteger(bytes) && bytes > maxBytes) {
    throw new InvalidArgumentError(`invalid bytes: ${bytes} exceed the heap's maxBytes of ${maxBytes}`);
  }
  checkInteger("bytes", bytes, size * granule, maxBytes);
  const longer = granulesOf(bytes, granule) - size;
  if (longer === 0) return;
  if (w[ROOM] < 1) {
    const grown = more(w);
    if (grown === undefined) throw growError(w);
    w = grown;
  }
  extend(w, longer);
}
