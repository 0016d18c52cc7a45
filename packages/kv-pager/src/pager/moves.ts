/**
 * Moves: what the engine is to copy, oldest first, before it writes a token of the step. A copy on write is done in order and that is all;
 * one between tiers has a ticket, and the blocks at both its ends stay as they are until `done`, `failed` or `expire`, which take it out of
 * the list if it is still there.
 *
 *     0  operation     2  block there    4  block here       6  ticket's high word
 *     1  from tier     3  to tier        5  ticket's low     7  tokens
 */
import { PoolExhaustedError } from "@ariax/allocator";
import type { Core } from "./core.ts";
import { MOVE_WORDS, MOVES, MOVES_HEAD } from "./layout.ts";

export const COPY = 1;
export const OFFLOAD = 2;
export const LOAD = 3;

/** One move. All numbers: no garbage is made. */
export type EachMove = (
  operation: "copy" | "offload" | "load",
  fromTier: number,
  from: number,
  toTier: number,
  to: number,
  /** Of the move, and others with it: 0 of a copy. */
  ticket: number,
  /** How many tokens of the block, from its first on, are worth copying. */
  tokens: number,
) => void;

/** One move, as an object. */
export interface Move {
  readonly operation: "copy" | "offload" | "load";
  readonly fromTier: number;
  readonly from: number;
  readonly toTier: number;
  readonly to: number;
  readonly ticket: number;
  readonly tokens: number;
}

/**
 * The head counts on for so many rounds of the ring, so that it is another one after a whole round: `each` may drain a full ring itself.
 */
export const ROUNDS = 1024;

const OPERATIONS = ["", "copy", "offload", "load"] as const;

/** How many more moves there is room for. */
export function moveRoom({ words, layout }: Core): number {
  return layout.moves - words[MOVES];
}

/** Throws `PoolExhaustedError` where there is no room for so many more. */
export function checkMoves(core: Core, n: number): void {
  const room = moveRoom(core);
  if (room >= n) return;
  const { moves } = core.layout;
  const how = `room for ${n} was asked for, and there is room for ${room} of ${moves}; moves() takes them out, or raise the option moves`;
  throw new PoolExhaustedError(moves, 0, "list of moves", how, n, room);
}

/** There is room: it was asked for. */
export function addMove(
  core: Core,
  operation: number,
  fromTier: number,
  from: number,
  toTier: number,
  to: number,
  ticket: number,
  tokens: number,
): void {
  const { words, moves, layout } = core;
  const at = MOVE_WORDS * ((words[MOVES_HEAD] + words[MOVES]++) % layout.moves);
  moves[at] = operation;
  moves[at + 1] = fromTier;
  moves[at + 2] = from;
  moves[at + 3] = toTier;
  moves[at + 4] = to;
  moves[at + 5] = ticket;
  moves[at + 6] = ticket / 2 ** 32;
  moves[at + 7] = tokens;
}

/** Whose oldest move `each` has just now, and its number: it is still in the list, as it stays there where `each` throws. */
let inCall: Core | undefined;
let inCallHead = 0;

/** Takes the moves of a ticket out of the list: its targets may be someone else's from now on. O(moves). */
export function dropMoves(core: Core, ticket: number): void {
  const { words, moves, layout } = core;
  const wordOf = (i: number): number => MOVE_WORDS * ((words[MOVES_HEAD] + i) % layout.moves);
  let kept = inCall === core && inCallHead === words[MOVES_HEAD] ? 1 : 0;
  for (let i = kept; i < words[MOVES]; i++) {
    const at = wordOf(i);
    if (ticketAt(moves, at) === ticket) continue;
    moves.copyWithin(wordOf(kept++), at, at + MOVE_WORDS);
  }
  words[MOVES] = Math.min(kept, words[MOVES]);
}

function ticketAt(moves: Int32Array, at: number): number {
  return (moves[at + 5] >>> 0) + 2 ** 32 * moves[at + 6];
}

/** Gives all moves to `each`, the oldest first; one is taken once `each` has returned. */
export function drainMoves(core: Core, each: EachMove): number {
  const { words, moves, layout } = core;
  const outer = inCall;
  const outerHead = inCallHead;
  let n = 0;
  for (; words[MOVES] > 0; n++) {
    const head = words[MOVES_HEAD];
    const at = MOVE_WORDS * (head % layout.moves);
    const operation = OPERATIONS[moves[at] as 1];
    inCall = core;
    inCallHead = head;
    try {
      each(operation, moves[at + 1], moves[at + 2], moves[at + 3], moves[at + 4], ticketAt(moves, at), moves[at + 7]);
    } finally {
      inCall = outer;
      inCallHead = outerHead;
    }
    if (words[MOVES_HEAD] !== head) break; // it has drained them itself
    words[MOVES_HEAD] = (head + 1) % (ROUNDS * layout.moves);
    words[MOVES]--;
  }
  return n;
}

/** All moves, taken, as objects. */
export function listMoves(core: Core): Move[] {
  const list: Move[] = [];
  drainMoves(core, (operation, fromTier, from, toTier, to, ticket, tokens) => {
    list.push({ operation, fromTier, from, toTier, to, ticket, tokens });
  });
  return list;
}
