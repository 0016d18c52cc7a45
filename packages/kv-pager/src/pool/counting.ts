/**
 * References, counted for many blocks at a time. Each list is checked and counted in one go; where an id turns out to be wrong, what was
 * counted so far is taken back, and so nothing has changed.
 */
import { DoubleFreeError, InvalidArgumentError } from "@ariax/allocator";
import { checkId, type Words } from "./check.ts";
import { CLOCK } from "./layout.ts";
import { hasKey, leave, type PoolState, unline } from "./state.ts";

/** More references than this a block may not have. */
const MAX_REFS = 2 ** 31 - 1;

/** One reference more for each id. Throws `InvalidArgumentError` for what is no id, or an empty block. */
export function touchAll(s: PoolState, ids: Words, from: number, n: number): void {
  const { refs, blocks, cached } = s;
  const end = from + n;
  for (let i = from; i < end; i++) {
    const id = ids[i];
    // in use, and far from the most? The other cases are apart.
    if (!(id > 0 && id <= blocks && refs[id] > 0 && refs[id] <= MAX_REFS - n)) checkTouch(s, id, n);
  }
  for (let i = from; i < end; i++) {
    const id = ids[i];
    if (refs[id]++ === 0 && ((cached[id >>> 5] >>> id) & 1) === 1) unline(s, id);
  }
}

function checkTouch(s: PoolState, id: number, n: number): void {
  checkId(s, id);
  if (s.refs[id] > MAX_REFS - n) throw new InvalidArgumentError(`invalid id: block ${id} has ${s.refs[id]} references`);
  if (s.refs[id] === 0 && s.pins[id] === 0 && !hasKey(s, id)) {
    throw new InvalidArgumentError(`invalid id: block ${id} is empty`);
  }
}

/**
 * One reference less for each id, from the last to the first. Those that have none left are chained by `next`, in that order, which is how they
 * come to stand in line. Throws `DoubleFreeError` for a block that has no reference (any more), `InvalidArgumentError` for what is no id.
 */
export function releaseAll(s: PoolState, ids: Words, from: number, n: number): void {
  const { refs, next, blocks } = s;
  let [first, last] = [0, 0];
  for (let i = from + n - 1; i >= from; i--) {
    const id = ids[i];
    const count = id > 0 && id <= blocks ? refs[id] : 0;
    if (count === 0) takeBack(s, ids, i, from + n, first);
    refs[id] = count - 1;
    if (count === 1) {
      if (first === 0) first = id;
      else next[last] = id;
      last = id;
    }
  }
  while (first !== 0) {
    const id = first;
    first = next[id];
    next[id] = 0;
    if (s.pins[id] === 0) leave(s, id);
    else s.stamp[id] = ++s.doubles[CLOCK];
  }
}

/** Undoes what `releaseAll` has done behind element `at`, and says what is wrong with that. */
function takeBack(s: PoolState, ids: Words, at: number, end: number, first: number): never {
  for (let i = at + 1; i < end; i++) s.refs[ids[i]]++;
  while (first !== 0) {
    const id = first;
    first = s.next[id];
    s.next[id] = 0;
  }
  throw new DoubleFreeError(checkId(s, ids[at]), `block ${ids[at]}`);
}
