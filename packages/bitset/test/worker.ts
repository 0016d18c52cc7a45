/** One thread of `atomic.test.ts`: takes and sets bits of a shared set, and keeps the ownership table, job by job. */
import { parentPort } from "node:worker_threads";
import { AtomicBitSet } from "../src/index.ts";
import { random } from "./model.ts";

export interface Job {
  words: Int32Array;
  length: number;
  /** Who owns bit i: 0 nobody, else the thread's id. */
  owners: Int32Array;
  /** owners[length]: how many threads stand at the start. */
  threads: number;
  id: number;
  operations: number;
  /** How many bits the thread holds at most. */
  hold: number;
  /** `churn` takes and sets; `claim` also takes bits by index; `drain` takes all; `fill` sets all. */
  kind: "churn" | "claim" | "drain" | "fill";
}

export interface Report {
  /** Bits taken, or set, by this thread. */
  done: number;
  /** Bits that were given though someone had them, or weren't set though they were clear. */
  faults: number;
  /** How often `takeFirst` found nothing. */
  misses: number;
}

parentPort!.on("message", (job: Job) => parentPort!.postMessage(run(job)));

function run({ words, length, owners, threads, id, operations, hold, kind }: Job): Report {
  const set = AtomicBitSet.over(words, 0, length);
  const next = random(id);
  const held: number[] = [];
  const report: Report = { done: 0, faults: 0, misses: 0 };

  function own(i: number): void {
    if (Atomics.compareExchange(owners, i, 0, id) !== 0) report.faults++;
    held.push(i);
    report.done++;
  }

  function release(at: number): void {
    const i = held[at];
    held[at] = held[held.length - 1];
    held.pop();
    if (Atomics.compareExchange(owners, i, id, 0) !== id) report.faults++;
    if (!set.set(i)) report.faults++;
  }

  // All start at once.
  Atomics.add(owners, length, 1);
  Atomics.notify(owners, length);
  for (let here = 0; here < threads; here = Atomics.load(owners, length)) Atomics.wait(owners, length, here);

  if (kind === "drain") {
    for (let i = set.takeFirst(); i >= 0; i = set.takeFirst()) own(i);
  } else if (kind === "fill") {
    for (let i = 0; i < length; i++) if (set.set(i)) report.done++;
  } else {
    for (let n = 0; n < operations; n++) {
      if (held.length === hold || (held.length > 0 && next() < 0.5)) {
        release(Math.floor(next() * held.length));
      } else if (kind === "claim" && next() < 0.3) {
        const i = Math.floor(next() * length);
        if (set.clear(i)) own(i);
      } else {
        const i = set.takeFirst();
        if (i < 0) report.misses++;
        else own(i);
      }
    }
    while (held.length > 0) release(0);
  }
  return report;
}
