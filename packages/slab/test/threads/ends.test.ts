/** How threads end, and what is then said of their tickets. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { type Lost, SharedSlabAllocator } from "../../src/index.ts";
import { thrownBy } from "../heaps.ts";
import { bundled } from "./team.ts";

const NOTHING: Lost = { lanes: 0, pages: 0, blocks: 0, inFlight: 0 };
/** What blocksOf of ends.ts leaves: pages of three classes' slabs, and ten of a large block. */
const FOUR = { lanes: 1, pages: 13, blocks: 4, inFlight: 0 };

const heapOf = () => new SharedSlabAllocator({ capacity: 2 ** 20, lanes: 4 });

async function threadThat(how: string, heap?: SharedSlabAllocator, ticket?: number): Promise<Worker> {
  const workerData = { how, buffer: heap?.memory.buffer, ticket };
  return new Worker(await bundled("ends.ts"), { eval: true, workerData });
}

test.each(["exits", "throws", "returns"])("a thread that %s with blocks is reclaimed", async (how) => {
  const heap = heapOf();
  const ticket = heap.ticket();
  const worker = await threadThat(how, heap, ticket);
  const said = once(worker, "message");
  if (how === "throws") void once(worker, "error");
  const lost = await new Promise<Lost>((resolve) => heap.watch(worker, ticket, resolve));
  expect(lost).toEqual(FOUR);
  heap.verify();
  const [{ blocks }] = await said;
  heap.freeMany(Int32Array.from(blocks));
  expect(heap.stats().blocks).toBe(0);
});

test("a thread that dies while it loads, or before it attaches, had no lane", async () => {
  const heap = heapOf();
  const [early, late] = [heap.ticket(), heap.ticket()];
  const dying = await threadThat("throws while it loads", heap, early);
  void once(dying, "error");
  expect(await new Promise((resolve) => heap.watch(dying, early, resolve))).toEqual(NOTHING);
  const loading = await threadThat("returns", heap, late);
  const ended = new Promise<Lost>((resolve) => heap.watch(loading, late, resolve));
  await loading.terminate();
  // It may have come so far.
  const { lanes } = await ended;
  expect([0, 1]).toContain(lanes);
  heap.verify();
});

test("a heap outlives the thread that made it", async () => {
  const worker = await threadThat("creates");
  const [[{ buffer, blocks, other }]] = await Promise.all([once(worker, "message"), once(worker, "exit")]);
  const heap = SharedSlabAllocator.attach(buffer, { ticket: other });
  heap.verify();
  expect(heap.reclaim(1)).toEqual(FOUR);
  for (const block of blocks) heap.free(block);
  expect(heap.stats().blocks).toBe(0);
  // The one that is reclaimed first is gone on with.
  expect(SharedSlabAllocator.attach(buffer).words).not.toHaveLength(0);
  heap.verify();
});

test("a ticket is used by one thread at a time", async () => {
  const heap = heapOf();
  const ticket = heap.ticket();
  const worker = await threadThat("lives", heap, ticket);
  await once(worker, "message");
  expect(thrownBy(() => SharedSlabAllocator.attach(heap.memory.buffer, { ticket }))).toBe(
    `ERR_TICKET: ticket: ticket ${ticket} is in use: lane 1 is live`,
  );
  const second = await threadThat("returns", heap, ticket);
  const [error] = await once(second, "error");
  expect(error.message).toBe(`ticket: ticket ${ticket} is in use: lane 1 is live`);
  // The second one's end says nothing of the first one's.
  await worker.terminate();
  expect(heap.reclaim(ticket)).toEqual(FOUR);
});

test("what was reclaimed is not reclaimed again, by whomever", async () => {
  const heap = heapOf();
  const other = SharedSlabAllocator.attach(heap.memory.buffer);
  const ticket = heap.ticket();
  const worker = await threadThat("returns", heap, ticket);
  await once(worker, "exit");
  expect(heap.reclaim(ticket)).toEqual(FOUR);
  expect(heap.reclaim(ticket)).toEqual(NOTHING);
  expect(other.reclaim(ticket)).toEqual(NOTHING);
  heap.verify();
});

test("a thread that is reclaimed though it lives is told so, and the heap stays in order", async () => {
  const heap = heapOf();
  const ticket = heap.ticket();
  const worker = await threadThat("lives", heap, ticket);
  await once(worker, "message");
  expect(heap.reclaim(ticket)).toEqual(FOUR);
  const said = once(worker, "message");
  worker.postMessage("go on");
  const lost = `LaneLostError: lane lost: ticket ${ticket} was reclaimed while its thread lives; others may have its blocks now`;
  expect(await said).toEqual([[lost, lost, lost, lost]]);
  heap.verify();
  await worker.terminate();
});

test("a heap that is closed here reclaims nothing when a thread ends, and the end of it is no error", async () => {
  const heap = heapOf();
  const ticket = heap.ticket();
  const worker = await threadThat("returns", heap, ticket);
  heap.watch(worker, ticket, () => expect.unreachable());
  const other = SharedSlabAllocator.attach(heap.memory.buffer);
  heap.close();
  await once(worker, "exit");
  expect(other.reclaim(ticket)).toEqual(FOUR);
});
