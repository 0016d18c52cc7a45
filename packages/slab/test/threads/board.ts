/** What threads of a team are started with, and how they wait for each other. */

/** Blocks of an array of larson's, cells of mstress's. */
export const CELLS = 256;
/** Blocks in a ring of xmalloc's, or of a producer's. */
export const RING = 64;
/** Words of a ring: blocks that were put there, and taken, and the blocks. */
export const RING_WORDS: number = 2 + RING;
/** How often a producer looks how much memory there is. */
export const LOOKS = 20;

/** What a producer makes: classes with slabs of a page and of more, and large blocks. */
export const PRODUCED: readonly number[] = [16, 100, 1000, 5000, 50_000];

// The board of storm.ts:
export const STEPS = 0; // that all have taken
export const TARGET = 1; // the step at which one is killed
export const PAUSE = 2; // odd: all are to wait, until it is another number
export const STOP = 3; // 1: all are to end
/** Cells in which blocks are swapped. */
export const SWAPS = 128;
/** Blocks that a thread holds. */
export const HAND = 64;
export const swapAt = (cell: number): number => 4 + cell;
/** Where a thread writes down what it has, and what it is about to do: words of the board. */
export interface Seat {
  readonly hand: number;
  readonly intent: number;
  readonly moves: number;
  readonly steps: number;
}
/** The seat of a thread, of 1 on. */
export function seatAt(thread: number): Seat {
  const hand = swapAt(SWAPS) + (thread - 1) * (HAND + 4);
  return { hand, intent: hand + HAND, moves: hand + HAND + 2, steps: hand + HAND + 3 };
}

/** What threads can do: shapes.ts. */
export type Shape = "larson" | "xmalloc" | "mstress" | "producer";

/** What every thread of a team is started with. */
export interface Member {
  readonly shape: Shape;
  readonly buffer: SharedArrayBuffer;
  readonly ledger: SharedArrayBuffer;
  /** Words that the threads of a shape have between them. */
  readonly board: SharedArrayBuffer;
  readonly ticket: number;
  /** From 1 on; 0 is who started them. */
  readonly thread: number;
  readonly threads: number;
  readonly seed: number;
  readonly rounds: number;
}

/** No test waits so long; one that would hang for ever says what for. */
const HANGS = 300_000;

/** Waits in a thread until a word is another one. */
export function waitWhile(board: Int32Array, at: number, value: number): void {
  if (Atomics.wait(board, at, value, HANGS) === "timed-out") throw new Error(`word ${at} stays ${value}`);
}

/** Waits until a word is `value`, which is stored by `tell`. */
export function waitFor(board: Int32Array, at: number, value: number): void {
  for (let now = Atomics.load(board, at); now !== value; now = Atomics.load(board, at)) waitWhile(board, at, now);
}

export function tell(board: Int32Array, at: number, value: number): void {
  Atomics.store(board, at, value);
  Atomics.notify(board, at);
}
