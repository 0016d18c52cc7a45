/** A thread that juggles until it is killed, or is to stop. */
import { parentPort, workerData } from "node:worker_threads";
import { SharedSlabAllocator } from "../../src/index.ts";
import { type Member, PAUSE, STEPS, STOP, TARGET, waitWhile } from "./board.ts";
import { Juggler } from "./juggler.ts";

const { buffer, ledger, board: words, ticket, thread, seed } = workerData as Member;
const board = new Int32Array(words);
const heap = SharedSlabAllocator.attach(buffer, { ticket });
const juggler = new Juggler(heap, new Int32Array(ledger), board, thread, seed);

let said = 0;
while (Atomics.load(board, STOP) === 0) {
  const pause = Atomics.load(board, PAUSE);
  if (pause % 2 !== 0) {
    parentPort?.postMessage(`paused ${pause}`);
    waitWhile(board, PAUSE, pause);
  }
  // All say so, as one that has to may be killed just then.
  const target = Atomics.load(board, TARGET);
  if (Atomics.add(board, STEPS, 1) >= target && said !== target) {
    said = target;
    parentPort?.postMessage(target);
  }
  juggler.step();
}
juggler.end();
