import { subjectOf } from "../../subjects/subjects.ts";
import { type BatchObservation, type BatchRequest, timeBatches } from "../../worker/batches.ts";
import { BATCH, CAPACITY, RECORD_WORKLOADS } from "./records.ts";

export async function observe({ subject: name, workload, budget }: BatchRequest): Promise<BatchObservation> {
  const { create, collected: mean = false } = subjectOf("records", name);
  const { prepare, expected } = RECORD_WORKLOADS.find((one) => one.name === workload)!.work;
  return timeBatches(prepare(await create(CAPACITY)), { units: BATCH, expected, mean, budget });
}
