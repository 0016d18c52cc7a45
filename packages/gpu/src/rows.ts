/** The stretches of the range, each with its row: cut, and joined again. All O(1). */
import { gapOf } from "./fit.ts";
import { addRow } from "./keys.ts";
import {
  AFTER,
  BEFORE,
  FREE,
  KEY,
  kindOf,
  LAST,
  LENGTH,
  NEXT,
  PEAK,
  ROOM,
  SIZE,
  SPARE,
  SPARE_FIRST,
  SPARE_LAST,
  START,
  STATE,
  TAKEN,
  USED,
} from "./layout.ts";
import { linkRun, unlinkRun } from "./trees.ts";

/** A row for something new, without a key. There is one: the caller has looked at `ROOM`. */
export function takeRow(w: Int32Array): number {
  w[ROOM]--;
  const row = w[SPARE_FIRST];
  if (row === 0) return addRow(w);
  const next = w[row + NEXT];
  w[SPARE_FIRST] = next;
  if (next === 0) w[SPARE_LAST] = 0;
  w[row + KEY] = 0;
  return row;
}

/** A row of nothing any more. It is taken again after all others that are spare, so that its key is known long. */
function spareRow(w: Int32Array, row: number): void {
  const last = w[SPARE_LAST];
  w[row + STATE] = SPARE;
  w[row + NEXT] = 0;
  if (last === 0) w[SPARE_FIRST] = row;
  else w[last + NEXT] = row;
  w[SPARE_LAST] = row;
  w[ROOM]++;
}

/** Leaves a row its first `length` granules; a new one has the others, and is returned. */
export function cutRow(w: Int32Array, row: number, length: number): number {
  const rest = takeRow(w);
  const after = w[row + AFTER];
  w[rest + START] = w[row + START] + length;
  w[rest + LENGTH] = w[row + LENGTH] - length;
  w[rest + BEFORE] = row;
  w[rest + AFTER] = after;
  w[row + LENGTH] = length;
  w[row + AFTER] = rest;
  if (after === 0) w[LAST] = rest;
  else w[after + BEFORE] = rest;
  return rest;
}

/** A row takes over the granules of the one after it, which is spare then. */
function joinRow(w: Int32Array, row: number): void {
  const rest = w[row + AFTER];
  const after = w[rest + AFTER];
  w[row + LENGTH] += w[rest + LENGTH];
  w[row + AFTER] = after;
  if (after === 0) w[LAST] = row;
  else w[after + BEFORE] = row;
  spareRow(w, rest);
}

/** Is there a free run after a row, or before? */
export function freeAfter(w: Int32Array, row: number): number {
  const after = w[row + AFTER];
  return after !== 0 && kindOf(w, after) === FREE ? after : 0;
}

export function freeBefore(w: Int32Array, row: number): number {
  const before = w[row + BEFORE];
  return before !== 0 && kindOf(w, before) === FREE ? before : 0;
}

/** `length` granules, aligned to `align`, out of a free run that has room for them; its row, whose state is the caller's to say. */
export function carve(w: Int32Array, run: number, length: number, align: number): number {
  unlinkRun(w, run);
  const gap = align === 1 ? 0 : gapOf(w, run, align);
  let row = run;
  if (gap !== 0) {
    row = cutRow(w, run, gap);
    linkRun(w, run);
  }
  if (w[row + LENGTH] >>> 0 !== length) linkRun(w, cutRow(w, row, length));
  use(w, length);
  return row;
}

/** So many granules more are used. */
export function use(w: Int32Array, length: number): void {
  const used = (w[USED] >>> 0) + length;
  w[USED] = used;
  if (used > w[PEAK] >>> 0) w[PEAK] = used;
}

/** A block's granules are free again, and another may be made. */
export function giveBlock(w: Int32Array, row: number): void {
  w[TAKEN]--;
  give(w, row);
}

/** A row's granules are free again. */
export function give(w: Int32Array, row: number): void {
  w[USED] -= w[row + LENGTH];
  joinFree(w, row);
}

/** A row becomes a free run, one with those before and after it. The one that begins the range has the same row always. */
export function joinFree(w: Int32Array, row: number): void {
  const after = freeAfter(w, row);
  if (after !== 0) {
    unlinkRun(w, after);
    joinRow(w, row);
  }
  const before = freeBefore(w, row);
  if (before !== 0) {
    unlinkRun(w, before);
    joinRow(w, before);
  }
  linkRun(w, before === 0 ? row : before);
}

/** Makes a row longer by `more` granules, where the run after it has so many; false where it has not. */
export function lengthen(w: Int32Array, row: number, more: number): boolean {
  const after = freeAfter(w, row);
  if (after === 0 || w[after + LENGTH] >>> 0 < more) return false;
  unlinkRun(w, after);
  if (w[after + LENGTH] >>> 0 === more) joinRow(w, row);
  else {
    // No block began where it begins now.
    w[after + KEY] = 0;
    w[after + START] += more;
    w[after + LENGTH] -= more;
    w[row + LENGTH] += more;
    linkRun(w, after);
  }
  use(w, more);
  return true;
}

/** Leaves a row `length` granules; the others are free. */
export function shorten(w: Int32Array, row: number, length: number): void {
  const rest = cutRow(w, row, length);
  give(w, rest);
}

/** So many granules more follow the range's last, and are free. */
export function extend(w: Int32Array, more: number): void {
  const last = w[LAST];
  if (kindOf(w, last) === FREE) {
    unlinkRun(w, last);
    w[last + LENGTH] += more;
    linkRun(w, last);
  } else {
    const row = takeRow(w);
    w[row + START] = w[SIZE];
    w[row + LENGTH] = more;
    w[row + BEFORE] = last;
    w[row + AFTER] = 0;
    w[last + AFTER] = row;
    w[LAST] = row;
    linkRun(w, row);
  }
  w[SIZE] += more;
}
