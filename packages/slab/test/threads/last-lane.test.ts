/** As many threads as lanes, one of which has no room, and the others rest, end and begin: each gets a lane, always. */
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { times } from "../../../../scripts/lib/long.ts";
import { SharedSlabAllocator } from "../../src/index.ts";
import { bundled, said } from "./team.ts";

test.each([2, 4])("%i threads, as many lanes", async (threads) => {
  const rounds = times(2000, 50_000);
  const heap = new SharedSlabAllocator({ capacity: 2 ** 19, lanes: threads });
  const board = new Int32Array(new SharedArrayBuffer(4 * 33));
  board[0] = threads - 1;
  const code = await bundled("sleeper.ts");
  const tickets = Array.from({ length: threads }, () => heap.ticket());
  heap.park(); // this thread is none of them
  const workers = tickets.map((ticket, i) => {
    const workerData = { buffer: heap.memory.buffer, board: board.buffer, rounds, ticket, isHungry: i === 0 };
    return new Worker(code, { eval: true, workerData });
  });
  const [looked, ...others] = await Promise.all(workers.map(said));
  expect(looked).toBeGreaterThan(10);
  expect(others).toEqual(others.map(() => rounds));
  heap.verify();
  for (const block of board) if (block !== 0) heap.free(block >>> 0);
  expect(heap.stats().blocks).toBe(0);
  heap.verify();
});
