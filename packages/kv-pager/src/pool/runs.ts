/** Blocks in a row, which an engine moves in one transfer. */
import { CACHED, DROPPED, EMPTY, EVICTIONS } from "./layout.ts";
import { drop, isCached, type PoolState, unline, use } from "./state.ts";
import { forgetPriority } from "./terms.ts";

/** The first of `n` blocks in a row that begin to be used, or 0, and nothing has changed. */
export function takeRun(s: PoolState, n: number): number {
  const { words } = s;
  if (words[EMPTY] + words[CACHED] < n) return 0;
  let first = words[EMPTY] < n ? -1 : s.empty.takeRun(n);
  if (first > 0) words[EMPTY] -= n;
  else {
    first = findRun(s, n);
    if (first === 0) return 0;
  }
  words[DROPPED] = 0;
  for (let id = first; id < first + n; id++) {
    if (isCached(s, id)) {
      unline(s, id);
      drop(s, id);
      if (s.priority.length > 0) forgetPriority(s, id);
      s.doubles[EVICTIONS]++;
    } else if (s.empty.clear(id)) words[EMPTY]--;
    use(s, id);
  }
  return first;
}

/** The lowest `n` in a row that are empty or cached, or 0. */
function findRun(s: PoolState, n: number): number {
  let run = 0;
  for (let id = 1; id <= s.blocks; id++) {
    run = s.empty.has(id) || isCached(s, id) ? run + 1 : 0;
    if (run === n) return id - n + 1;
  }
  return 0;
}
