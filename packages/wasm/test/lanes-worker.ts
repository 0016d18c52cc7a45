/** A thread with a lane, which works until it is done, or killed. */
import { parentPort, workerData } from "node:worker_threads";
import { attach, Board, type Job, work } from "./board.ts";

const job = workerData as Job;
const heap = attach(job);
parentPort?.postMessage("ready");
parentPort?.postMessage(work(heap, new Board(job.board), job));
