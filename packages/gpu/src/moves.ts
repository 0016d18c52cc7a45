/**
 * Defragmentation: blocks are copied by the caller, one move after another, into gaps that are lower, until what is free is in one piece.
 *
 * A *move* has a source, a live block, and a target, which is taken for it at once. Until it is committed or dropped nobody else gets either.
 *
 *     plan    highest block first: into the lowest gap that it fits in                    ▒▒░░▒▒▒░▒░░▓▓░░  →  ▒▒▓▓▒▒▒░▒░░░░░░
 *     turn    where no block fits any gap below it: blocks behind the lowest gap make     ░▒▒▒░▒▒▒░░░░░░░  →  ░░░░░▒▒▒▒▒▒░░░░
 *             room, up to a place above them, so that others, or they, fit there then
 *
 * Each move of a plan makes the sum of all offsets less, so that plans end. A turn makes it more. There are no more turns
 * than blocks as long as nobody else makes or gives back one, so they end as well.
 */
import { InvalidArgumentError } from "@ariax/allocator";
import { readOptions, show } from "@ariax/allocator/implement";
import type { More } from "./control.ts";
import { wait } from "./fences.ts";
import { gapOf, longestRun } from "./fit.ts";
import { Gaps } from "./gaps.ts";
import { type Handle, handleOf, liveRow } from "./handles.ts";
import { addKey, dropKey } from "./keys.ts";
import {
  AFTER,
  ALIGN_MASK,
  ALIGN_SHIFT,
  BEFORE,
  blocksOf,
  FREE,
  KEY,
  kindOf,
  LAST,
  LENGTH,
  LIMIT,
  LIVE,
  MOVE,
  MOVES,
  MOVING,
  MOVING_GRANULES,
  NEXT,
  PREV,
  ROOM,
  SHIFT,
  SIZE,
  START,
  STATE,
  TABLE,
  TAKEN,
  TARGET,
  TURNS,
  USED,
} from "./layout.ts";
import { carve, giveBlock } from "./rows.ts";

/** `size` bytes to be copied, from one offset to another; the two don't overlap. For `commit` or `drop`. */
export interface Move {
  /** Its number: each move has its own. */
  readonly id: number;
  /** The block, as it is known before the move. */
  readonly handle: Handle;
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

/**
 * No turn for less than so much of what is free. measured, where half of the blocks, of random sizes, were freed: without turns half of the live
 * bytes are moved, and 3 to 7 % of what is free is left apart; turns down to 0 % move 2.4 times the live bytes.
 * tried: into the gap that is hardly longer; measured: 0.7 of the live bytes are moved, and 1 to 5 % left apart.
 */
const WORTH = 8;

/**
 * Moves of at most `budget` granules in all; none, where a free run has `wanted`, or where 0 are wanted, and what is not in the longest
 * one is too little for a turn. `more` makes room for rows.
 */
export function planMoves(w: Int32Array, budget: number, wanted: number, more: More): Move[] {
  const free = (w[SIZE] >>> 0) - (w[USED] >>> 0);
  const longest = longestRun(w);
  if (free === longest || (wanted > 0 && longest >= wanted)) return [];
  const plan = new Plan(w, budget, more);
  plan.down();
  if (plan.moves.length === 0 && (wanted > 0 || free - longest > free / WORTH)) plan.turn();
  return plan.moves;
}

class Plan {
  readonly moves: Move[] = [];
  private w: Int32Array;
  private left: number;
  private readonly more: More;
  private readonly gaps: Gaps;

  constructor(w: Int32Array, budget: number, more: More) {
    this.w = w;
    this.left = budget;
    this.more = more;
    this.gaps = new Gaps(w);
  }

  /** From the highest block down to the lowest gap, each into the lowest gap that it fits in. */
  down(): void {
    const lowest = this.w[this.gaps.first + START];
    for (let row = this.w[LAST]; row !== 0; row = this.w[row + BEFORE]) {
      const { w } = this;
      const start = w[row + START] >>> 0;
      if (start < lowest >>> 0 || this.left === 0) return;
      if (kindOf(w, row) !== LIVE || w[row + LENGTH] >>> 0 > this.left) continue;
      const gap = this.gaps.lowest(w, w[row + LENGTH] >>> 0, 2 ** alignOf(w, row), start);
      if (gap >= 0 && !this.begin(row, gap)) return;
    }
  }

  /** Blocks behind the lowest gap that could be lower, up to a place above them. */
  turn(): void {
    if (this.w[MOVES] > 0) return;
    for (let gap = this.gaps.first; gap !== 0; gap = this.w[gap + AFTER]) {
      if (kindOf(this.w, gap) !== FREE || !this.isLower(gap, this.w[gap + AFTER])) continue;
      for (let row = this.w[gap + AFTER]; row !== 0 && this.isUp(row); row = this.w[row + AFTER]);
      if (this.moves.length > 0) return;
    }
  }

  /** Would a block be lower if it began in the gap before it? */
  private isLower(gap: number, row: number): boolean {
    const { w } = this;
    return row !== 0 && kindOf(w, row) === LIVE && gapOf(w, gap, 2 ** alignOf(w, row)) < w[gap + LENGTH] >>> 0;
  }

  /** Is a row free, or is it on its way up now? */
  private isUp(row: number): boolean {
    const { w } = this;
    const kind = kindOf(w, row);
    if (kind === FREE) return true;
    if (kind !== LIVE || w[row + LENGTH] >>> 0 > this.left || w[TURNS] >= blocksOf(w)) return false;
    const gap = this.gaps.highest(w, w[row + LENGTH] >>> 0, 2 ** alignOf(w, row), w[row + START] >>> 0);
    if (gap < 0 || !this.begin(row, gap)) return false;
    this.w[TURNS]++;
    return true;
  }

  /** A move begins: false, and none has, where there is no room for its target's row. */
  private begin(row: number, gap: number): boolean {
    let { w } = this;
    if (w[TAKEN] >= w[LIMIT]) return false;
    if (w[ROOM] < 2) {
      const grown = this.more(w);
      if (grown === undefined) return false;
      this.w = w = grown;
    }
    const length = w[row + LENGTH] >>> 0;
    const shift = alignOf(w, row);
    const target = carve(w, this.gaps.rowOf(gap), length, 2 ** shift);
    this.gaps.took(w, gap, target);
    w[target + STATE] = TARGET | (shift << ALIGN_SHIFT);
    w[target + NEXT] = row;
    w[target + PREV] = ++w[MOVE];
    w[row + STATE] ^= LIVE ^ MOVING;
    w[row + NEXT] = target;
    w[TAKEN]++;
    w[MOVES]++;
    w[MOVING_GRANULES] += length;
    this.left -= length;
    const bytes = (granules: number): number => (granules >>> 0) * 2 ** w[SHIFT];
    this.moves.push({
      id: w[MOVE] >>> 0,
      handle: handleOf(w, row),
      from: bytes(w[row + START]),
      to: bytes(w[target + START]),
      size: bytes(length),
    });
    return true;
  }
}

function alignOf(w: Int32Array, row: number): number {
  return (w[row + STATE] >>> ALIGN_SHIFT) & ALIGN_MASK;
}

/** A move, or what a caller takes for one, read once. */
export function readMove(move: Move): Move {
  const read = readOptions(move, ["id", "handle", "from", "to", "size"], "move");
  if (read.id === undefined)
    throw new InvalidArgumentError("invalid move: it has no id: pass one that moves() returned");
  return read;
}

/** The source of a move that is under way; throws `InvalidArgumentError` where it is none. O(1). */
export function sourceOf(w: Int32Array, { id, handle }: Move): number {
  const row = liveRow(w, handle);
  if (row === 0 || kindOf(w, row) !== MOVING || w[w[row + NEXT] + PREV] >>> 0 !== id) {
    throw new InvalidArgumentError(`invalid move: ${show(id)} of the block of handle ${show(handle)} is not under way`);
  }
  return row;
}

/** The block is where it was copied to; what it left is free, or once a fence is reached that is not 0. Its handle from now on. */
export function commitMove(w: Int32Array, row: number, fence: number): Handle {
  const target = endMove(w, row);
  const high = w[row + STATE] & ~0xff;
  w[target + STATE] ^= LIVE ^ TARGET;
  dropKey(w, row);
  addKey(w, target, w[TABLE] === 0 ? (w[target + START] + 1) | 0 : w[row + KEY]);
  w[target + STATE] |= high;
  if (fence === 0) giveBlock(w, row);
  else wait(w, row, fence);
  return handleOf(w, target);
}

/** The block stays where it is, and the target is free. */
export function dropMove(w: Int32Array, row: number): void {
  giveBlock(w, endMove(w, row));
  w[row + STATE] ^= LIVE ^ MOVING;
}

/** The target of a move that ends. */
function endMove(w: Int32Array, row: number): number {
  w[MOVES]--;
  w[MOVING_GRANULES] -= w[row + LENGTH];
  return w[row + NEXT];
}
