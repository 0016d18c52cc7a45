import { subjectOf } from "../../subjects/subjects.ts";
import { type BatchObservation, type BatchRequest, timeBatches } from "../../worker/batches.ts";
import type { Turns } from "../../worker/turns.ts";
import { BATCH, CAPACITY, RECORD_WORKLOADS } from "./records.ts";

export async function observe(
  { subject: name, workload, budget }: BatchRequest,
  turns: Turns,
): Promise<BatchObservation> {
  const { create, collected: isCollected = false } = subjectOf("records", name);
  const { prepare, expected } = RECORD_WORKLOADS.find((one) => one.name === workload)!.work;
  return timeBatches(prepare(await create(CAPACITY)), { units: BATCH, expected, isCollected, budget, turns });
}
