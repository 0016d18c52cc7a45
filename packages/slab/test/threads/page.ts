/** A page's main thread and two workers on one heap, of which one is terminated. What comes of it is posted to the server. */
import { type Lost, SharedSlabAllocator } from "../../src/index.ts";
import { type Member, STOP, SWAPS, seatAt, swapAt } from "./board.ts";
import { Juggler, takeHand } from "./juggler.ts";
import { ledgerFor, Stamped } from "./stamped.ts";

const heap = new SharedSlabAllocator({ capacity: 2 ** 20, maxCapacity: 2 ** 24, lanes: 4 });
const ledger = ledgerFor(heap.capacity);
const board = new Int32Array(new SharedArrayBuffer(4 * seatAt(4).hand));
const main = new Juggler(heap, new Int32Array(ledger), board, 3, 3);
const steps = (thread: number) => Atomics.load(board, seatAt(thread).steps);

/** The main thread works, and its events come between, until something holds. */
async function workUntil(holds: () => boolean): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  while (!holds()) {
    for (let i = 0; i < 200; i++) main.step();
    await new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage("");
    });
  }
  port1.close();
}

interface Thread {
  readonly worker: Worker;
  lost: Lost | undefined;
}

async function start(thread: number): Promise<Thread> {
  const ticket = heap.ticket();
  const worker = new Worker("worker.js", { type: "module" });
  const started: Thread = { worker, lost: undefined };
  const holds = new Promise<string>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  const buffer = heap.memory.buffer as SharedArrayBuffer;
  worker.postMessage({ buffer, ledger, board: board.buffer, ticket, thread, seed: thread } satisfies Partial<Member>);
  await heap.watchLock(ticket, await holds, (lost) => {
    started.lost = lost;
  });
  worker.onerror = ({ message }) => reportError(new Error(message));
  return started;
}

async function run(): Promise<unknown> {
  const [killed, other] = await Promise.all([start(1), start(2)]);
  await workUntil(() => steps(1) > 5000 && steps(2) > 0);
  killed.worker.terminate();
  await workUntil(() => killed.lost !== undefined);
  const then = steps(2);
  const most = 1 + board[seatAt(1).moves];
  const stamped = new Stamped(heap, new Int32Array(ledger), 127);
  for (const offset of takeHand(board, 1)) stamped.give(offset);
  // The other one goes on.
  await workUntil(() => steps(2) > then + 1000);
  Atomics.store(board, STOP, 1);
  await workUntil(() => other.lost !== undefined);
  for (const thread of [2, 3]) for (const offset of takeHand(board, thread)) stamped.give(offset);
  for (const offset of board.subarray(swapAt(0), swapAt(SWAPS))) if (offset !== 0) stamped.give(offset >>> 0);
  heap.verify();
  const { blocks } = heap.stats();
  return {
    isIsolated: crossOriginIsolated,
    killed: killed.lost?.lanes,
    closed: other.lost?.lanes,
    lostTooMany: blocks > most,
    late: heap.lateDoubleFrees,
  };
}

console.log(JSON.stringify(await run()));
