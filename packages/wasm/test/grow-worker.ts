/** A thread with a lane that, together with others, makes the memory longer: it keeps all that it allocates. */
import { parentPort, workerData } from "node:worker_threads";
import { attach, Board, type Job, stamp } from "./board.ts";

const job = workerData as Job;
const heap = attach(job);
const board = new Board(job.board);
board.arrive(job.threads);
const offsets: number[] = [];
for (let round = 0; round < job.rounds; round++) {
  const size = round % 2 === 0 ? 200_000 : 1000;
  const offset = heap.allocate(size);
  stamp(heap, offset, size, (job.ticket << 20) | round);
  offsets.push(offset);
}
heap.close();
parentPort?.postMessage(offsets);
