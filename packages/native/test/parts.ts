/** What lies in memory that processes share: a heap, its ledger, and their board (slab's stamped.ts, board.ts). */
import { seatAt } from "../../slab/test/threads/board.ts";
import type { Region } from "../src/index.ts";

/** Bytes of the heap, from the start on. */
export const HEAP: number = 2 ** 22;
export const PROCESSES = 3;
const WORDS = seatAt(PROCESSES + 1).hand;
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
