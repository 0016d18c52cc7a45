/**
 * Can an object's fields be written? Not where it is frozen. So a call that is to change fields first changes one that means
 * nothing: all that can throw comes before the first write that counts. (`Object.isFrozen` is a call out of compiled code.)
 */
import { UnsupportedError } from "./errors.ts";

/**
 * It has a field for this, which may be private: `turn`, at first 0. O(1).
 *
 * @throws `UnsupportedError` where the fields of `object` can't be written.
 */
export function checkWritable(object: object): void {
  const it = object as { turn: number };
  try {
    it.turn ^= 1;
  } catch {
    throw new UnsupportedError("an object that is frozen: it can't be changed");
  }
}
