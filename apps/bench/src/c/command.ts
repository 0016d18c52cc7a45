import type { Invocation, Request } from "../protocol.ts";
import type { CSubject } from "../subjects.ts";
import { WORKLOADS, yours } from "../workloads.ts";
import { programFile } from "./program-file.ts";
import { C_ENV, readyC } from "./ready.ts";

/** The C program that makes an observation, and the file it replays. Throws where there is none. */
export async function commandInC(subject: CSubject, request: Request): Promise<Invocation> {
  const ready = readyC(subject);
  if ("reason" in ready) throw new Error(ready.reason);
  const workload =
    request.trace === undefined
      ? WORKLOADS.find(({ name }) => name === request.workload)
      : yours(request.trace, request.workload);
  if (workload?.kind !== "heap") throw new Error(`${subject.name} can't be measured on ${request.workload}`);
  const { path, capacity } = await programFile(workload);
  // Compiled before it starts, it needs half of what a process of JavaScript does.
  const budget = request.budget / 2;
  const passes = request.passes.includes("time") ? [...request.passes, "touched"] : request.passes;
  return {
    command: ready.binary,
    args: [subject.name, ready.library, path, String(capacity), String(budget), passes.join()],
    env: C_ENV,
  };
}
