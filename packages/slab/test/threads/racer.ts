/**
 * A thread that calls at the same time as others, round by round, and writes down what it was told, and when: history.ts. The first one makes the
 * blocks that all then try to free: those are its own lane's, so which free is the first is decided by one atomic instruction. It frees none while
 * others may: of its own free and another's at the same time both may be taken for the first, and it is found when it collects.
 */
import { parentPort, workerData } from "node:worker_threads";
import { SharedSlabAllocator } from "../../src/index.ts";
import { random } from "../heaps.ts";
import { type Member, waitWhile } from "./board.ts";
import type { Call } from "./history.ts";

const CLOCK = 0;
const ARRIVED = 1;
const SHARED = 2;
/** Blocks that all try to free, and calls of each thread. */
const BLOCKS = 3;
const CALLS = 5;

const { buffer, board: words, ticket, thread, threads, seed, rounds } = workerData as Member;
const board = new Int32Array(words);
const heap = SharedSlabAllocator.attach(buffer, { ticket });
const next = random(seed);
let meetings = 0;

/** Until all have come. They look often, so that all go on at once; and sleep where that takes long. */
function meet(): void {
  const all = ++meetings * threads;
  if (Atomics.add(board, ARRIVED, 1) + 1 === all) Atomics.notify(board, ARRIVED);
  for (let looks = 0, now = 0; (now = Atomics.load(board, ARRIVED)) < all; looks++) {
    if (looks > 20_000) waitWhile(board, ARRIVED, now);
  }
}

const tick = () => Atomics.add(board, CLOCK, 1);

function allocate(size: number): Call {
  const begin = tick();
  const result = heap.allocate(size);
  return { thread, freed: 0, result, size, begin, end: tick() };
}

function free(freed: number): Call {
  const begin = tick();
  let result = 1;
  try {
    heap.free(freed);
  } catch (error) {
    // By now there may be other blocks where it was.
    if (!/^ERR_(DOUBLE|INVALID)_FREE$/.test((error as { code: string }).code)) throw error;
    result = 0;
  }
  return { thread, freed, result, size: 0, begin, end: tick() };
}

const history: Call[][] = [];
for (let round = 0; round < rounds; round++) {
  const calls: Call[] = [];
  const own: number[] = [];
  const size = [16, 700, 20_000][round % 3];
  if (thread === 1) {
    for (let i = 0; i < BLOCKS; i++) {
      const call = allocate(size);
      calls.push(call);
      board[SHARED + i] = call.result;
    }
  }
  meet();
  for (let i = 0; i < CALLS; i++) {
    const dice = next(100);
    if (dice < 40 || (thread === 1 && own.length === 0)) {
      const call = allocate(size);
      calls.push(call);
      own.push(call.result);
    } else if (thread !== 1) {
      calls.push(free(dice < 60 && own.length > 0 ? (own.pop() as number) : board[SHARED + next(BLOCKS)]));
    }
  }
  meet();
  history.push(calls);
  // One after the other, as one that got a shared block again may find that another has freed it.
  for (const block of own) free(block);
  meet();
  if (thread === 1) for (let i = 0; i < BLOCKS; i++) free(board[SHARED + i]);
  meet();
}
heap.verifyLane();
parentPort?.postMessage({ history, late: heap.lateDoubleFrees });
