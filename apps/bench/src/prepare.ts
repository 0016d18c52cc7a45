/** Before a run: builds and installs what its subjects need, and tells in one line each which can't be measured here. */

import { buildAddon } from "./addon.ts";
import { readyC } from "./c/ready.ts";
import type { Cell } from "./plan.ts";
import { PROBE } from "./protocol.ts";
import { type Prepared, prepareRequested } from "./requested.ts";
import { observeInProcess } from "./spawn.ts";
import { isInC, loopOf, type Subject } from "./subjects.ts";

/** Never throws. */
export async function prepare(cells: Cell[], say: (line: string) => void): Promise<Prepared> {
  const requested = await prepareRequested(cells, say);
  const subjects = new Set(requested.available.map(({ subject }) => subject).filter(({ origin }) => origin !== "loop"));
  const missing = new Map<Subject, string>();
  if ([...subjects].some(({ name }) => name.startsWith("native"))) await buildAddon();
  for (const subject of subjects) {
    const reason = await whyNot(subject);
    if (reason !== undefined) missing.set(subject, reason);
  }
  const kept = [...subjects].filter((subject) => !missing.has(subject));
  const loops = kept.map(loopOf);
  const byReason = Map.groupBy(missing, ([, reason]) => reason);
  return {
    available: requested.available.filter(({ subject }) => kept.includes(subject) || loops.includes(subject.name)),
    unavailable: [
      ...requested.unavailable,
      ...[...byReason].map(
        ([reason, entries]) => `${entries.map(([{ name }]) => name).join(", ")}: unavailable, ${reason}`,
      ),
    ],
  };
}

/** Of one that says itself that it is not here. What fails otherwise is measured, and shown as the error it is. */
async function whyNot(subject: Subject): Promise<string | undefined> {
  if (isInC(subject)) {
    const ready = readyC(subject);
    return "reason" in ready ? ready.reason : undefined;
  }
  if (subject.kind !== "heap" || !subject.optional) return undefined;
  const request = { subject: subject.name, workload: PROBE, passes: [], budget: 0, limit: 0 };
  return (await observeInProcess(request)).unavailable;
}
