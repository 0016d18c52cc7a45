/**
 * Threads for as many lanes: one wants more than there is, again and again, and so looks through all lanes; the others make a few blocks, swap them for others' and
 * free those, and rest, or end and begin anew.
 */
import { parentPort, workerData } from "node:worker_threads";
import { SharedSlabAllocator } from "../../src/index.ts";

interface Sleeper {
  readonly buffer: SharedArrayBuffer;
  readonly ticket: number;
  /** How many others are at work; and blocks. */
  readonly board: SharedArrayBuffer;
  readonly rounds: number;
  readonly isHungry: boolean;
}
const { buffer, ticket, board: words, rounds, isHungry } = workerData as Sleeper;
const board = new Int32Array(words);
let heap = SharedSlabAllocator.attach(buffer, { ticket });

let done = 0;
if (isHungry) {
  for (; Atomics.load(board, 0) > 0; done++)
    if (heap.tryAllocate(heap.capacity) !== 0) throw new Error("there is room");
} else {
  for (; done < rounds; done++) {
    for (let i = 0; i < 4; i++) {
      const other = Atomics.exchange(board, 1 + ((done + i) % (board.length - 1)), heap.allocate(3000));
      if (other !== 0) heap.free(other >>> 0);
    }
    if (done % 4 === 3) {
      const next = heap.ticket();
      heap.close();
      heap = SharedSlabAllocator.attach(buffer, { ticket: next });
    } else heap.park();
  }
  Atomics.sub(board, 0, 1);
}
heap.close();
parentPort?.postMessage(done);
