/**
 * Can an object's fields be written? Not where it is frozen; and a proxy may take a write and do nothing, as Vue's `readonly` does:
 * an allocator would then give the same block twice. So a call that is to change fields first changes one that means nothing.
 */
import { UnsupportedError } from "./errors.ts";

/**
 * Throws `UnsupportedError`, and nothing has changed, where the fields of `object` can't be written. It has a field for this, which
 * may be private: `turn`, at first 0. O(1).
 */
export function checkWritable(object: object): void {
  const it = object as { turn: number };
  const turn = it.turn ^ 1;
  try {
    it.turn = turn;
  } catch {
    // Frozen. Or a proxy refuses: then it writes nothing either.
  }
  if (it.turn !== turn) {
    throw new UnsupportedError("an object that can't be written: it is frozen, or seen through a read-only proxy");
  }
}
