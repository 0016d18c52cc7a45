/** The story's worker process: a phase's name, and perhaps a number of runs; one observation on its standard output. */
import { createPhase, type PhaseSpec } from "../phases/phases.ts";
import { measure, type PhaseObservation } from "./measure.ts";
import { CAPACITY } from "./run.ts";

const [name, runs] = process.argv.slice(2) as [PhaseSpec["name"], string?];

async function answer(): Promise<PhaseObservation> {
  try {
    return measure(await createPhase(name, CAPACITY), runs === undefined ? undefined : Number(runs));
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_ADDON_UNAVAILABLE") throw error;
    const none = { allocate: 0, free: 0 };
    return { first: none, steady: none, systemCalls: none, runs: 0, unavailable: (error as Error).message };
  }
}

process.stdout.write(JSON.stringify(await answer()));
