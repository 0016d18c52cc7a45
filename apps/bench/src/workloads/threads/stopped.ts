/**
 * A thread is stopped in the middle of a call, and later killed there; what does another one do meanwhile? It goes on with its own work on the
 * same heap, and counts; the first thread looks at the count.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { sharingOf } from "../../subjects/threads/sharings.ts";
import { makeControl } from "./control.ts";
import { PROCESSES, type StoppedObservation, type ThreadRequest, type Victim } from "./protocol.ts";
import { looksIn, ratesIn } from "./rates.ts";
import { Ring } from "./ring.ts";
import { CALLS } from "./steps.ts";
import { VICTIM } from "./stopped-words.ts";
import type { VictimData } from "./victim.ts";

const CAPACITY = 64 << 20;
const PATIENCE = 20_000;

export async function measure(request: ThreadRequest): Promise<StoppedObservation> {
  const { subject, budget } = request;
  if (subject === PROCESSES) return (await import("./stopped-process.ts")).measure(request);
  const count = budget.seconds < 10 ? 1 : 5;
  const most = looksIn(budget.seconds);
  const sharing = sharingOf(subject);
  const shared = await sharing.make(CAPACITY, count + 2);
  const control = makeControl(2);
  const ring = Ring.make(1024).words;
  const heap = subject === "lanes" ? await sharing.attach(shared, count + 1) : undefined;
  const start = async (thread: number): Promise<{ worker: Worker; words: Int32Array }> => {
    const words = new Int32Array(new SharedArrayBuffer(64));
    const workerData: VictimData = { sharing: subject, shared, thread, words, control: control.words, ring };
    const worker = new Worker(new URL("victim.ts", import.meta.url), { workerData });
    await once(worker, "message");
    return { worker, words };
  };
  const rates = (looks = most): number[] => ratesIn(control.words, looks);
  const other = await start(0);
  const victims: Victim[] = [];
  try {
    rates();
    for (let i = 1; i <= count; i++) {
      const { worker, words } = await start(i);
      rates(3);
      const running = rates();
      words[VICTIM.COUNTDOWN] = 1 + ((7919 * i) % 29);
      Atomics.store(words, VICTIM.STOP, 1);
      if (Atomics.wait(words, VICTIM.CALL, 0, PATIENCE) === "timed-out") throw new Error("the thread was not stopped");
      const stopped = rates();
      await worker.terminate();
      const blocks = reclaimed(heap, shared.tickets?.[i]);
      victims.push({
        ...{ call: CALLS[Atomics.load(words, VICTIM.CALL)]!, running, stopped, killed: rates() },
        ...(blocks !== undefined && { blocks }),
      });
      // The lock is held for ever: another victim would wait for it as well.
      if (heap === undefined) break;
    }
  } finally {
    await other.worker.terminate();
  }
  return { victims };
}

function reclaimed(heap: unknown, ticket: number | undefined): number | undefined {
  if (heap === undefined || ticket === undefined) return undefined;
  return (heap as { reclaim(ticket: number): { blocks: number } }).reclaim(ticket).blocks;
}
