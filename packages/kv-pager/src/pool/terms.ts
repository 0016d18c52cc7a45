/**
 * Priorities that end: a binary heap of the blocks that have such a term, the first to end on top. `heap[1]` is the top, `place[id]` where a
 * block stands in it, 0 where it does not.
 */
import { STEP, TERMS } from "./layout.ts";
import { isCached, type PoolState, reline, unline } from "./state.ts";

/** Gives a block a priority, for good or until a step; a cached one changes its line. O(1), with a term O(log terms). */
export function givePriority(s: PoolState, id: number, priority: number, until: number): void {
  endTerm(s, id);
  if (s.priority[id] !== priority) {
    const stands = isCached(s, id);
    if (stands) unline(s, id);
    s.priority[id] = priority;
    if (stands) reline(s, id);
  }
  if (until > 0 && priority > 0) {
    s.until[id] = until;
    rise(s, id, ++s.words[TERMS]);
  }
}

/** A block that becomes empty, or someone else's, has the lowest priority, and no term. */
export function forgetPriority(s: PoolState, id: number): void {
  if (s.priority[id] === 0) return;
  s.priority[id] = 0;
  endTerm(s, id);
}

/** Ends the terms that are over by now. O(those · log terms). */
export function expire(s: PoolState): void {
  const { heap, until, words, doubles } = s;
  while (words[TERMS] > 0 && until[heap[1]] <= doubles[STEP]) givePriority(s, heap[1], 0, 0);
}

/** Ends all of them. O(terms). */
export function endTerms(s: PoolState): void {
  for (let i = 1; i <= s.words[TERMS]; i++) s.place[s.heap[i]] = 0;
  s.words[TERMS] = 0;
}

function endTerm(s: PoolState, id: number): void {
  const { heap, place, until, words } = s;
  const i = place[id];
  if (i === 0) return;
  place[id] = 0;
  const last = heap[words[TERMS]--];
  if (last === id) return;
  // The last one takes its place, and goes up or down from there.
  if (i > 1 && until[heap[i >> 1]] > until[last]) rise(s, last, i);
  else sink(s, last, i);
}

function rise(s: PoolState, id: number, i: number): void {
  const { heap, place, until } = s;
  for (let parent = heap[i >> 1]; i > 1 && until[parent] > until[id]; parent = heap[i >> 1]) {
    heap[i] = parent;
    place[parent] = i;
    i >>= 1;
  }
  heap[i] = id;
  place[id] = i;
}

function sink(s: PoolState, id: number, i: number): void {
  const { heap, place, until, words } = s;
  const count = words[TERMS];
  for (let child = 2 * i; child <= count; child = 2 * i) {
    if (child < count && until[heap[child + 1]] < until[heap[child]]) child++;
    if (until[heap[child]] >= until[id]) break;
    heap[i] = heap[child];
    place[heap[i]] = i;
    i = child;
  }
  heap[i] = id;
  place[id] = i;
}
