/**
 * A record goes from one thread to another, which lets go of it: by the offset of its block in a heap with lanes, through a ring; or as
 * programs do it today, through `postMessage`, copied (structured clone) or transferred.
 *
 *     bare      the record is there already: one word of it is written, and checked by the other
 *     written   all of it is written, and all of it read: the work that is the same either way is in it
 */
import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { tailOf } from "../../base/tail.ts";
import { sharingOf } from "../../subjects/threads/sharings.ts";
import type { Turns } from "../../worker/turns.ts";
import { sleep } from "./control.ts";
import { HAND, type HandData, type HandMode, onTheWay } from "./hand.ts";
import type { HandOverObservation, ThreadRequest } from "./protocol.ts";
import { Ring } from "./ring.ts";
import { XMALLOC_CAPACITY } from "./xmalloc.ts";

/** Records of which the latency is. */
const LATENCIES = 300;
const PATIENCE = 30_000;

export async function measure(
  { subject, workload, budget }: ThreadRequest,
  turns: Turns,
): Promise<HandOverObservation> {
  const bytes = 1024 * Number(workload.split("-").at(-1));
  const shared = await sharingOf("lanes").make(2 * XMALLOC_CAPACITY, 2);
  const words = new Int32Array(new SharedArrayBuffer(256));
  const samples = new Float64Array(new SharedArrayBuffer(8 * LATENCIES));
  const ring = Ring.make(onTheWay(bytes)).words;
  const { port1, port2 } = new MessageChannel();
  const workers = [port1, port2].map((port, thread) => {
    const workerData: HandData = { subject, shared, thread, words, samples, ring, bytes, port };
    return new Worker(new URL("hand-thread.ts", import.meta.url), { workerData, transferList: [port] });
  });
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const tell = (mode: HandMode, count: number): number => {
    Atomics.store(words, HAND.CAME, 0);
    Atomics.store(words, HAND.DONE, 0);
    Atomics.store(words, HAND.COUNT, count);
    Atomics.store(words, HAND.MODE, mode);
    for (const worker of workers) worker.postMessage(0);
    if (Atomics.wait(words, HAND.DONE, 0, PATIENCE) === "timed-out") throw new Error("a record does not arrive");
    return words[HAND.MICROS]! / 1000;
  };
  const found: Record<string, number[][]> = { bare: [], written: [] };
  const latency: { name: string; p50: number; p99: number; count: number }[] = [];
  try {
    await turns();
    const counts = [0, 1].map((mode) => warmCount(budget, (count) => tell(mode as HandMode, count)));
    while (await turns()) {
      for (let i = 0; i < budget.repeats; i++) {
        for (const [mode, name] of ["bare", "written"].entries()) {
          found[name]!.push([(1e6 * tell(mode as HandMode, counts[mode]!)) / counts[mode]!]);
        }
      }
    }
    for (const [i, name] of (subject === "offset" ? ["polled", "woken"] : ["posted"]).entries()) {
      tell((2 + i) as HandMode, LATENCIES);
      const { p50, p99, count } = tailOf(samples.slice(LATENCIES / 3));
      latency.push({ name, p50, p99, count });
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return { windows: found, latency };
}

/** Warms up; how many records take a window. */
function warmCount({ window, warm }: ThreadRequest["budget"], send: (count: number) => number): number {
  let count = 16;
  for (const end = performance.now() + warm / 2; ; ) {
    const ms = send(count);
    sleep(0);
    const next = Math.max(16, Math.min(4 * count, Math.ceil((count * window) / Math.max(ms, 0.01))));
    if (performance.now() >= end && next < 2 * count) return next;
    count = next;
  }
}
