/**
 * A thread that works until it is killed, or told to stop. What it holds lies on the board, so that who finds it dead knows:
 *
 *     hand      blocks that it has; one comes in once it is stamped, and goes out before anything is done with it
 *     intent    what goes out, and what would come in for it
 *
 * So of all that a thread has got, no more than one block is written down nowhere, two while one moves.
 */
import { parentPort, workerData } from "node:worker_threads";
import { SharedSlabAllocator } from "../../src/index.ts";
import { random } from "../heaps.ts";
import { HAND, type Member, PAUSE, STEPS, STOP, SWAPS, seatAt, swapAt, TARGET, waitWhile } from "./board.ts";
import { Stamped } from "./stamped.ts";

const { buffer, ledger, board: words, ticket, thread, seed } = workerData as Member;
const board = new Int32Array(words);
const seat = seatAt(thread);
const hand = board.subarray(seat.hand, seat.hand + HAND);
const heap = SharedSlabAllocator.attach(buffer, { ticket });
const stamped = new Stamped(heap, ledger, thread);
const next = random(seed);

function size(): number {
  const dice = next(100);
  return 8 + next(dice < 60 ? 120 : dice < 90 ? 1500 : dice < 98 ? 20000 : 100_000);
}

function intend(out: number, into: number): void {
  Atomics.store(board, seat.intent, out);
  Atomics.store(board, seat.intent + 1, into);
}

/** One block comes, goes, moves, or is swapped for one that another thread has put there. */
function step(at: number): void {
  const block = hand[at] >>> 0;
  if (block === 0) {
    hand[at] = stamped.take(size());
    return;
  }
  const dice = next(100);
  if (dice < 45) {
    const cell = swapAt(next(SWAPS));
    const there = Atomics.load(board, cell);
    intend(block, there);
    hand[at] = 0;
    hand[at] = Atomics.compareExchange(board, cell, there, block) === there ? there : block;
  } else if (dice < 60) {
    intend(block, 0);
    Atomics.store(board, seat.moves, 1);
    hand[at] = 0;
    hand[at] = stamped.change(block, size()) || block;
    Atomics.store(board, seat.moves, 0);
  } else {
    intend(block, 0);
    hand[at] = 0;
    stamped.give(block);
  }
  intend(0, 0);
}

let said = 0;
while (Atomics.load(board, STOP) === 0) {
  if (Atomics.load(board, PAUSE) !== 0) {
    parentPort?.postMessage("paused");
    waitWhile(board, PAUSE, 1);
  }
  // All say so, as one that has to may be killed just then.
  const target = Atomics.load(board, TARGET);
  if (Atomics.add(board, STEPS, 1) >= target && said !== target) {
    said = target;
    parentPort?.postMessage(target);
  }
  step(next(HAND));
  if (next(500) === 0) heap.park();
  if (next(2000) === 0) heap.verifyLane();
}
// Some say that they go, of others it has to be found out.
if (next(2) === 0) heap.close();
