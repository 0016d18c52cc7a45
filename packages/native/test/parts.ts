/** What lies in memory that processes share: a heap, its ledger, and their board (slab's stamped.ts, board.ts). */
import { seatAt } from "../../slab/test/threads/board.ts";
import type { Region } from "../src/index.ts";

/** Bytes of the heap, from the start on. */
export const HEAP: number = 2 ** 22;
export const PROCESSES = 3;
const SEATS = seatAt(PROCESSES + 1).hand;
const WORDS: number = SEATS + 2 * (PROCESSES + 1);
export const ALL: number = HEAP + HEAP / 2 + 4 * WORDS;

export interface Parts {
  readonly buffer: ArrayBuffer;
  readonly ledger: Int32Array;
  readonly board: Int32Array;
}

export function parts({ buffer }: Region): Parts {
  return {
    buffer,
    ledger: new Int32Array(buffer, HEAP, HEAP / 8),
    board: new Int32Array(buffer, HEAP + HEAP / 2, WORDS),
  };
}

/** Where on the board the ticket of a seat's process is, and then its number in the system. */
export function seatOf(seat: number): [ticket: number, pid: number] {
  return [SEATS + 2 * seat, SEATS + 2 * seat + 1];
}
