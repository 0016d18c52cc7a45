/** The story's worker process: a phase's name as its argument, one observation on its standard output. */
import { createPhase, type PhaseSpec } from "../phases/phases.ts";
import { measure, type PhaseObservation } from "./measure.ts";
import { CAPACITY } from "./run.ts";

async function answer(): Promise<PhaseObservation> {
  try {
    return measure(await createPhase(process.argv[2] as PhaseSpec["name"], CAPACITY));
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_ADDON_UNAVAILABLE") throw error;
    const none = { allocate: 0, free: 0 };
    return { first: none, steady: none, systemCalls: none, runs: 0, unavailable: (error as Error).message };
  }
}

process.stdout.write(JSON.stringify(await answer()));
