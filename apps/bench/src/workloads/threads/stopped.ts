/**
 * A thread is stopped in the middle of a call, and later killed there; what does another one do meanwhile? It goes on with its own work on the
 * same heap, and counts; the first thread looks at the count.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { sharingOf } from "../../subjects/threads/sharings.ts";
import { makeControl, progressOf, sleep } from "./control.ts";
import type { StoppedObservation, ThreadRequest, Victim } from "./protocol.ts";
import { Ring } from "./ring.ts";
import { VICTIM } from "./stopped-words.ts";
import type { VictimData } from "./victim.ts";

/** The calls, as a victim numbers them. */
export const CALLS = ["", "allocate", "free", "free of another thread's block"];

const CAPACITY = 64 << 20;
const LOOKS = 10;
/** ms. */
const LOOK = 40;
const PATIENCE = 20_000;

export async function measure({ subject, budget }: ThreadRequest): Promise<StoppedObservation> {
  const count = budget.seconds < 10 ? 1 : 5;
  const most = Math.min(LOOKS, Math.ceil(4 * budget.seconds));
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
  const rates = (looks = most): number[] =>
    Array.from({ length: looks }, () => {
      const look = (): number[] => [0, 1].map((word) => Atomics.load(control.words, progressOf(word)));
      const before = look();
      sleep(LOOK);
      const [operations, micros] = look().map((now, word) => (now - before[word]!) | 0) as [number, number];
      return operations === 0 ? 0 : (1000 * operations) / Math.max(micros, 1);
    });
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
