import { subjectOf } from "../../subjects/subjects.ts";
import { type BatchObservation, type BatchRequest, timeBatches } from "../../worker/batches.ts";
import type { Turns } from "../../worker/turns.ts";
import { BATCH, BIT_WORKLOADS, BITS } from "./bits.ts";

export async function observe(
  { subject: name, workload, budget }: BatchRequest,
  turns: Turns,
): Promise<BatchObservation> {
  const subject = subjectOf("bits", name);
  const { work } = BIT_WORKLOADS.find((one) => one.name === workload)!;
  const expected = subject.origin === "loop" ? undefined : work.expected;
  return timeBatches(work.prepare(await subject.create(BITS)), {
    units: BATCH,
    expected,
    isCollected: false,
    budget,
    turns,
  });
}
