import { fileURLToPath } from "node:url";
import type { PhaseSpec } from "../phases/phases.ts";
import { ask } from "../spawn.ts";
import type { PhaseObservation } from "./measure.ts";

export const WORKER: string = fileURLToPath(new URL("worker.ts", import.meta.url));
/** What a process may take, in ms. */
const PATIENCE = 60_000;

/** One observation, in a process of its own. Rejects, in one line, where that fails: each of the phases is ours. */
export async function observePhase(phase: PhaseSpec["name"], worker: string = WORKER): Promise<PhaseObservation> {
  const answer = await ask({ command: process.execPath, args: [worker, phase], env: {} }, PATIENCE);
  if ("error" in answer) throw new Error(`${phase}: ${answer.error}`);
  return JSON.parse(answer.output) as PhaseObservation;
}
