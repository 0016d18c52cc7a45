/** How much fits into a heap before it is full: of heaps of a fixed capacity. */
import { makeTarget } from "../../subjects/subject.ts";
import { subjectOf } from "../../subjects/subjects.ts";
import { FULL_CAPACITY, type UntilFull, untilFull } from "../../worker/metrics.ts";
import type { Request } from "../../worker/protocol.ts";

export async function observe({ subject: name }: Request): Promise<UntilFull> {
  const subject = subjectOf("heap", name);
  if (subject.handles === "pointers") throw new Error(`${name} runs in C, and is not filled here`);
  return untilFull(await makeTarget(subject, { capacity: FULL_CAPACITY, total: FULL_CAPACITY }));
}
