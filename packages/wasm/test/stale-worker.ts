/** A thread with a lane that sees the memory's length once, and then, in one run, gets blocks that lie further and further behind that. */
import { parentPort, workerData } from "node:worker_threads";
import { View } from "@ariax/allocator";
import { attach, Board, type Job } from "./board.ts";

const job = workerData as Job;
const board = new Board(job.board);
const heap = attach(job);
const seen: number[] = [];
const { byteLength } = heap.memory.buffer;
parentPort?.postMessage("ready");
for (let round = 0; round < job.rounds; round++) {
  board.take((offset) => {
    if (offset < byteLength) throw new Error(`the block at ${offset} lies within ${byteLength} bytes`);
    seen.push(new View(heap, offset, Int32Array, 1).array[0]);
    // It is copied: both places lie behind the old end.
    const moved = heap.reallocate(offset, 6 * 65536);
    if (new Int32Array(heap.memory.buffer, moved)[0] !== round + 1)
      throw new Error(`the block at ${moved} was not copied`);
    heap.free(moved);
  });
}
heap.close();
parentPort?.postMessage(seen);
