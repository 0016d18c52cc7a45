/** A worker of page.ts: it says which lock it holds, and works until it is terminated, or is to stop. */
import { SharedSlabAllocator } from "../../src/index.ts";
import { type Member, STOP } from "./board.ts";
import { Juggler } from "./juggler.ts";

self.onmessage = async ({ data }: MessageEvent<Member>) => {
  const { buffer, ledger, board: words, ticket, thread, seed } = data;
  const heap = SharedSlabAllocator.attach(buffer, { ticket });
  self.postMessage(await heap.holdLock());
  const board = new Int32Array(words);
  const juggler = new Juggler(heap, new Int32Array(ledger), board, thread, seed);
  while (Atomics.load(board, STOP) === 0) juggler.step();
  heap.close();
};
