/** Workers of one heap, each with a context and its quota; some of them killed. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { SharedSlabAllocator } from "@ariax/slab";
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { MemoryContext } from "../src/index.ts";
import type { Done, Work } from "./lane-worker.ts";

const QUOTA = 1 << 20;

function start(heap: SharedSlabAllocator, stop: SharedArrayBuffer): { worker: Worker; ticket: number } {
  const ticket = heap.ticket();
  const buffer = heap.memory.buffer as SharedArrayBuffer;
  const workerData: Work = { buffer, ticket, quota: QUOTA, stop };
  return { worker: new Worker(new URL("lane-worker.ts", import.meta.url), { workerData }), ticket };
}

test("two workers have a context each, and its quota; of one that is killed the bytes come back, while the other works on", async () => {
  const heap = new SharedSlabAllocator({ capacity: 16 << 20, lanes: 4 });
  const own = new MemoryContext(heap, { name: "own", quota: QUOTA });
  const { live } = heap.stats();
  const stop = new SharedArrayBuffer(4);
  const survivor = start(heap, stop);
  const lasting = once(survivor.worker, "message");
  expect(await lasting).toEqual(["works"]);
  for (let kill = 0; kill < times(5, 15); kill++) {
    const { worker, ticket } = start(heap, stop);
    expect(await once(worker, "message")).toEqual(["works"]);
    const ended = once(worker, "exit");
    // Meanwhile this thread works with its own.
    for (let i = 0; i < 200 * kill; i++) own.free(own.allocate(1 + ((i * 37) % 5000)));
    void worker.terminate();
    await ended;
    // Nobody else was told of one of its blocks.
    const lost = heap.reclaim(ticket, { keep: () => false });
    expect(lost).toEqual({ lanes: 1, pages: 0, blocks: 0, inFlight: 0 });
    own.verify();
    heap.verifyLane();
  }
  const answer = once(survivor.worker, "message");
  const ended = once(survivor.worker, "exit");
  Atomics.store(new Int32Array(stop), 0, 1);
  const [done] = (await answer) as [Done];
  await ended;
  expect(done).toMatchObject({
    peak: QUOTA,
    refused: `quota exceeded: 16 bytes on top of ${QUOTA} exceed the ${QUOTA} of "ticket ${survivor.ticket}"`,
  });
  expect(done.turns).toBeGreaterThan(0);
  heap.verify();
  expect(heap.stats().live).toBe(live);
  expect(heap.lateDoubleFrees).toBe(0);
});
