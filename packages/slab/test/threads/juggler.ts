/**
 * A thread's, or a process's, hand of blocks, which it works with until it is killed. It lies on the board, so that who finds it dead knows:
 *
 *     hand      blocks that it has; one comes in once it is stamped, and goes out before anything is done with it
 *     intent    what goes out, and what would come in for it
 *
 * So of all that a thread has got, no more than one block is written down nowhere, two while one moves.
 */
import type { SharedSlabAllocator } from "../../src/index.ts";
import { type Random, random } from "../heaps.ts";
import { HAND, type Seat, SWAPS, seatAt, swapAt } from "./board.ts";
import { Stamped } from "./stamped.ts";

export class Juggler {
  private readonly heap: SharedSlabAllocator;
  private readonly board: Int32Array;
  private readonly seat: Seat;
  private readonly hand: Int32Array;
  private readonly stamped: Stamped;
  private readonly next: Random;
  private steps = 0;

  constructor(heap: SharedSlabAllocator, ledger: Int32Array, board: Int32Array, thread: number, seed: number) {
    this.heap = heap;
    this.board = board;
    this.seat = seatAt(thread);
    this.hand = board.subarray(this.seat.hand, this.seat.hand + HAND);
    this.stamped = new Stamped(heap, ledger, thread);
    this.next = random(seed);
  }

  /** One block comes, goes, moves, or is swapped for one that another thread has put there. */
  step(): void {
    const { board, hand, heap, next, seat, stamped } = this;
    Atomics.store(board, seat.steps, ++this.steps);
    if (next(500) === 0) heap.park();
    if (next(2000) === 0) heap.verifyLane();
    const at = next(HAND);
    const block = hand[at] >>> 0;
    if (block === 0) {
      hand[at] = stamped.take(this.size());
      return;
    }
    const dice = next(100);
    if (dice < 45) {
      const cell = swapAt(next(SWAPS));
      const there = Atomics.load(board, cell);
      this.intend(block, there);
      hand[at] = 0;
      hand[at] = Atomics.compareExchange(board, cell, there, block) === there ? there : block;
    } else if (dice < 60) {
      this.intend(block, 0);
      Atomics.store(board, seat.moves, 1);
      hand[at] = 0;
      hand[at] = stamped.change(block, this.size()) || block;
      Atomics.store(board, seat.moves, 0);
    } else {
      this.intend(block, 0);
      hand[at] = 0;
      stamped.give(block);
    }
    this.intend(0, 0);
  }

  /** Some say that they go, of others it has to be found out. */
  end(): void {
    if (this.next(2) === 0) this.heap.close();
  }

  private size(): number {
    const { next } = this;
    const dice = next(100);
    return 8 + next(dice < 60 ? 120 : dice < 90 ? 1500 : dice < 98 ? 20000 : 100_000);
  }

  private intend(out: number, into: number): void {
    Atomics.store(this.board, this.seat.intent, out);
    Atomics.store(this.board, this.seat.intent + 1, into);
  }
}

/** The blocks that a dead thread has in its hand, which is empty then. */
export function takeHand(board: Int32Array, thread: number): number[] {
  const { hand, intent, steps } = seatAt(thread);
  const held = [...board.subarray(hand, hand + HAND)].filter((offset) => offset !== 0);
  board.fill(0, hand, intent);
  board[steps] = 0;
  return held.map((offset) => offset >>> 0);
}
