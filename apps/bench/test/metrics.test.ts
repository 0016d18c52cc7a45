/**
 * Bytes and counts of our heaps, which are the same on every machine, against golden values. A change that moves them
 * makes them anew by `pnpm --filter @ariax/bench golden`, and says in its commit which got worse and why.
 */
import { describe, expect, test } from "vitest";
import { FULL_CAPACITY, metrics, untilFull } from "../src/metrics.ts";
import { type HeapSubject, makeTarget, SUBJECTS } from "../src/subjects.ts";
import { WORKLOADS } from "../src/workloads.ts";

const GROUPS = ["traces", "micro", "synthetic"];
const programs = WORKLOADS.filter(({ group, level }) => GROUPS.includes(group) && level !== "full");
const heap = (wanted: string): HeapSubject =>
  SUBJECTS.find((subject): subject is HeapSubject => subject.kind === "heap" && subject.name === wanted)!;

describe.each(["arena", "slab"])("%s", (name) => {
  test("metrics", { timeout: 60_000 }, async () => {
    const golden: Record<string, unknown> = {};
    for (const workload of programs) {
      if (workload.kind !== "heap") continue;
      const { program } = await workload.load();
      golden[workload.name] = await metrics(heap(name), program);
    }
    const full = untilFull(await makeTarget(heap(name), { capacity: FULL_CAPACITY, total: FULL_CAPACITY }));
    golden["until-full"] = full;
    await expect(`${JSON.stringify(golden, null, 2)}\n`).toMatchFileSnapshot(`golden/${name}.json`);
  });
});
