// A thread with a lane of a heap in shared memory, by either engine: packages/wasm/test/board.ts.
import { parentPort, workerData } from "node:worker_threads";
import { SharedSlabAllocator } from "@ariax/slab";
import { Board, work } from "../../../wasm/test/board.ts";
import { NativeSharedAllocator, Region } from "../../src/index.ts";

/** What a thread is told. */
export interface LaneJob {
  /** The name of shared memory; or a buffer. */
  readonly where: string | SharedArrayBuffer;
  readonly engine: "c" | "typescript";
  readonly ticket: number;
  readonly board: SharedArrayBuffer;
  readonly threads: number;
  readonly rounds: number;
}

const job = workerData as LaneJob;
const { where, engine, ticket } = job;
const region = typeof where === "string" ? Region.open({ name: where }) : undefined;
const heap =
  engine === "c"
    ? NativeSharedAllocator.attach(region ?? (where as SharedArrayBuffer), { ticket })
    : SharedSlabAllocator.attach(region?.buffer ?? (where as SharedArrayBuffer), { ticket });
parentPort?.postMessage("ready");
parentPort?.postMessage(work(heap, new Board(job.board), job));
region?.unmap();
