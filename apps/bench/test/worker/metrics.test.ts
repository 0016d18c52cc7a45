/**
 * Bytes and counts of our heaps, which are the same on every machine, against golden values. A change that moves them
 * makes them anew by `pnpm --filter @ariax/bench golden`, and says in its commit which got worse and why.
 */
import { expect, test } from "vitest";
import { needs, type Program } from "../../src/subjects/events.ts";
import { roomFor } from "../../src/subjects/room.ts";
import { type HeapSubject, makeTarget } from "../../src/subjects/subject.ts";
import { subjectOf } from "../../src/subjects/subjects.ts";
import { makeLive } from "../../src/subjects/target.ts";
import { replay } from "../../src/worker/loops.ts";
import { FULL_CAPACITY, peakRatio, untilFull } from "../../src/worker/metrics.ts";
import { HEAP_WORKLOADS } from "../../src/workloads/heap/workloads.ts";

const GROUPS = ["traces", "micro", "synthetic"];
const workloads = HEAP_WORKLOADS.filter(({ group, level }) => GROUPS.includes(group) && level !== "full");

/** Most bytes live and reserved, and of metadata. What a block holds does not matter, and that it fits is the replay's to say. */
async function metricsOf(subject: HeapSubject, program: Program) {
  const target = await makeTarget(subject, roomFor(program));
  replay(program)(target, makeLive("offsets", program.slots))(0, program.events);
  const { peakReserved, overhead: metadata } = target.stats!();
  const { peakLive } = needs(program);
  const ratio = Number(peakRatio({ peakReserved, metadata }, peakLive)!.toFixed(4));
  return { peakLive, peakReserved, metadata, ratio };
}

test.each(["arena", "slab"])("%s", async (name) => {
  const subject = subjectOf("heap", name) as HeapSubject;
  const golden: Record<string, unknown> = {};
  for (const workload of workloads) golden[workload.name] = await metricsOf(subject, (await workload.load()).program);
  golden["until-full"] = untilFull(await makeTarget(subject, { capacity: FULL_CAPACITY, total: FULL_CAPACITY }));
  await expect(`${JSON.stringify(golden, null, 2)}\n`).toMatchFileSnapshot(`golden/${name}.json`);
});
