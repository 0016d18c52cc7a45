/** Real threads. Nothing here waits for a time: for messages, and for the end of threads. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { type Handle, SharedMetadataPool } from "../src/index.ts";
import type { Job, Report } from "./shared-worker.ts";

const FIELDS = { owner: "u32", serial: "u32", sum: "f64" } as const;
type H = Handle<typeof FIELDS>;
type Pool = SharedMetadataPool<typeof FIELDS>;

/** Handles are small integers here for the first four million lives of a slot, so that the mail has room for them. */
const make = (): Pool => new SharedMetadataPool({ capacity: 200, fields: FIELDS });

interface Started {
  readonly worker: Worker;
  readonly ticket: number;
  /** Asked for at once: a thread may have ended before another has. */
  readonly exit: Promise<unknown>;
}

function start(pool: Pool, job: Omit<Job, "buffer" | "ticket">): Started {
  const ticket = pool.ticket();
  const workerData: Job = { ...job, buffer: pool.buffer as SharedArrayBuffer, ticket };
  const worker = new Worker(new URL("./shared-worker.ts", import.meta.url), { workerData });
  return { worker, ticket, exit: once(worker, "exit") };
}

/** What the thread says last. */
function report(worker: Worker): Promise<Report> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.on("message", (message: number | Report) => {
      if (typeof message !== "number") resolve(message);
    });
  });
}

const shared = (words: number) => new Int32Array(new SharedArrayBuffer(4 * words));

/**
 * Releases what was on its way, and then all slots must be free, and be had once each. But those that a thread had got by mail, and not yet
 * adopted, when it was killed: they are still in the name of who sent them, and he is gone. One for each killed.
 */
function expectFull(pool: Pool, mail: Int32Array, killed = 0): void {
  for (const h of mail as unknown as H[]) if (h !== 0 && pool.isLive(h)) pool.release(h);
  pool.verify();
  expect(pool.size).toBeLessThanOrEqual(killed);
  for (const h of pool) pool.release(h);
  expect(pool.size).toBe(0);
  const all = Array.from({ length: 200 }, () => pool.acquire());
  expect(new Set(all.map((h) => pool.slot(h))).size).toBe(200);
  expect(pool.tryAcquire()).toBe(0);
  for (const h of all) pool.release(h);
}

test.each([
  [8, "of which some are always free"],
  [90, "more than there are"],
])("four threads that hold up to %i records each, %s", async (hold) => {
  const pool = make();
  const [mail, control] = [shared(8), shared(2)];
  const seeds = [1, 22, 333, 4444];
  const workers = seeds.map((seed) => {
    return start(pool, { mail, control, threads: 4, operations: times(40_000, 120_000), hold, seed });
  });
  const reports = await Promise.all(workers.map(({ worker }) => report(worker)));
  await Promise.all(workers.map(({ exit }) => exit));
  expect(reports.flatMap(({ faults }) => faults)).toEqual([]);
  expect(reports.every(({ done, adopted }) => done > 1000 && adopted > 100)).toBe(true);
  // What a thread had handed over stays, though it has closed the pool.
  for (const h of mail as unknown as H[]) if (h !== 0) expect(pool.isLive(h)).toBe(true);
  expectFull(pool, mail);
});

test("twenty threads are terminated, two go on", async () => {
  const pool = make();
  const [mail, control] = [shared(8), shared(2)];
  const job = { mail, control, threads: 1, operations: 0, hold: 20 };
  const survivors = [5, 6].map((seed) => start(pool, { ...job, seed }));
  const reports = survivors.map(({ worker }) => report(worker));
  let lost = 0;
  for (let seed = 1; seed <= times(20, 50); seed++) {
    const { worker, ticket } = start(pool, { ...job, seed: 7919 * seed });
    const ended = new Promise<H[]>((resolve) => {
      pool.watch(worker, ticket, resolve);
    });
    // Somewhere amid its work, and amid a call more often than not: it does nothing else.
    for (let message = 0; message <= seed % 3; message++) await once(worker, "message");
    expect(() => pool.reclaim(ticket)).toThrow(`invalid ticket: the worker of ${ticket} has not ended`);
    await worker.terminate();
    const handles = await ended;
    lost += handles.length;
    expect(new Set(handles).size).toBe(handles.length);
    expect(handles.length).toBeLessThanOrEqual(8 + 20 + 1);
    for (const h of handles) expect(pool.isLive(h)).toBe(false);
    expect(pool.reclaim(ticket)).toEqual([]);
  }
  Atomics.store(control, 1, 1);
  const all = await Promise.all(reports);
  await Promise.all(survivors.map(({ exit }) => exit));
  expect(all.flatMap(({ faults }) => faults)).toEqual([]);
  expect(all.every(({ done }) => done > 1000)).toBe(true);
  expect(lost).toBeGreaterThan(20);
  expectFull(pool, mail, times(20, 50));
});

test("a thread that ends by itself, or was never seen: reclaimed, or closed", async () => {
  const pool = new SharedMetadataPool({ capacity: 10 });
  const url = JSON.stringify(new URL("../src/index.ts", import.meta.url).href);
  const run = (code: string, ticket: number): Worker => {
    const source = `
      const { workerData } = require("node:worker_threads");
      import(${url}).then(({ SharedMetadataPool }) => {
        const pool = SharedMetadataPool.attach(workerData.buffer, { ticket: workerData.ticket });
        pool.acquire();
        ${code}
      });`;
    return new Worker(source, { eval: true, workerData: { buffer: pool.buffer, ticket } });
  };
  for (const [code, count] of [
    ["process.exit(1)", 1],
    ["setImmediate(() => { throw new Error('as it likes') })", 1],
    ["pool.acquire()", 2],
    ["pool.close()", 0],
  ] as const) {
    const ticket = pool.ticket();
    const worker = run(code, ticket);
    worker.on("error", () => {});
    const lost = await new Promise<unknown[]>((resolve) => void pool.watch(worker, ticket, resolve));
    expect(lost.length).toBe(count);
    // Watched when it has ended: at once.
    let again: unknown[] | undefined;
    pool.watch(worker, ticket, (handles) => {
      again = handles;
    });
    expect(again).toEqual([]);
  }
  pool.verify();
  expect(pool.size).toBe(1); // what the last one left to others
});
