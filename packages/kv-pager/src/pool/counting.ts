/**
 * References, counted for many blocks at a time. A list is checked and counted in one go; where an id turns out to be wrong, what was
 * counted so far is taken back, and so nothing has changed.
 */
import { DoubleFreeError, InvalidArgumentError } from "@ariax/allocator";
import { checkId, type Words } from "./check.ts";
import { isCached, type PoolState, unline } from "./state.ts";
import { leave } from "./steps.ts";

// Of layout.ts: V8 makes literals of constants of this file only.
const CLOCK = 9;
const NEXT = 24;
const HOLDS = 26;
const STAMP = 30;
const MAX_REFS = 2 ** 23 - 1;

/** One reference more for each id. Throws `InvalidArgumentError` for what is no id, an empty block, or one with the most references. */
export function touchAll(s: PoolState, ids: Words, from: number, n: number): void {
  const { words, blocks } = s;
  let cached = 0;
  for (let i = from; i < from + n; i++) {
    const id = ids[i];
    const holds = id > 0 && id <= blocks ? words[16 * id + HOLDS] : -1;
    if (holds === 0 && isCached(s, id)) cached++;
    else if (holds <= 0 || (holds & MAX_REFS) === MAX_REFS) untouch(s, ids, from, i);
    words[16 * id + HOLDS] = holds + 1;
  }
  for (let i = from; cached > 0; i++) {
    if (isCached(s, ids[i])) {
      unline(s, ids[i]);
      cached--;
    }
  }
}

/** Undoes what `touchAll` has done before element `at`, and says what is wrong with that. */
function untouch(s: PoolState, ids: Words, from: number, at: number): never {
  for (let i = from; i < at; i++) s.words[16 * ids[i] + HOLDS]--;
  const id = checkId(s, ids[at]);
  const refs = s.words[16 * id + HOLDS] & MAX_REFS;
  throw new InvalidArgumentError(
    `invalid id: block ${id} ${refs === 0 ? "is empty" : `has ${refs} references already`}`,
  );
}

/**
 * One reference less for each id, from the last to the first. Those that have none left are chained by `next`, in that order, which is how they
 * come to stand in line. Throws `DoubleFreeError` for a block that has no reference (any more), `InvalidArgumentError` for what is no id.
 */
export function releaseAll(s: PoolState, ids: Words, from: number, n: number): void {
  const { words, blocks } = s;
  let first = 0;
  let last = 0;
  for (let i = from + n - 1; i >= from; i--) {
    const id = ids[i];
    const holds = id > 0 && id <= blocks ? words[16 * id + HOLDS] : 0;
    const refs = holds & MAX_REFS;
    if (refs === 0) unrelease(s, ids, i, from + n, first);
    words[16 * id + HOLDS] = holds - 1;
    if (n === 1 && holds === 1) {
      leave(s, id); // no chain of one
      return;
    }
    if (refs === 1) {
      if (first === 0) first = id;
      else words[16 * last + NEXT] = id;
      last = id;
    }
  }
  while (first !== 0) {
    const id = first;
    first = words[16 * id + NEXT];
    words[16 * id + NEXT] = 0;
    if (words[16 * id + HOLDS] === 0) leave(s, id);
    else s.doubles[(16 * id + STAMP) >>> 1] = ++s.doubles[CLOCK]; // pinned
  }
}

/** Undoes what `releaseAll` has done behind element `at`, and says what is wrong with that. */
function unrelease(s: PoolState, ids: Words, at: number, end: number, first: number): never {
  for (let i = at + 1; i < end; i++) s.words[16 * ids[i] + HOLDS]++;
  while (first !== 0) {
    const next = 16 * first + NEXT;
    first = s.words[next];
    s.words[next] = 0;
  }
  throw new DoubleFreeError(checkId(s, ids[at]), `block ${ids[at]}`);
}
