/** One observation of a program of TypeScript: over one heap, or as its twin, in the process that is asked for it. */
import { type Program, type ProgramKind, programs } from "@ariax/trace";
import type { Heap } from "../../subjects/programs/program.ts";
import { capacityFor } from "../../subjects/room.ts";
import { type HeapSubject, makeTarget } from "../../subjects/subject.ts";
import { subjectOf } from "../../subjects/subjects.ts";
import { type BatchObservation, type BatchRequest, timeBatches } from "../../worker/batches.ts";
import { observePauses, type Pauses } from "../../worker/pauses.ts";
import type { Turns } from "../../worker/turns.ts";
import { rivalHeap } from "./rival.ts";

export interface ProgramObservation extends BatchObservation {
  readonly pauses: Pauses;
}

/** Events of a batch, about. */
const BATCH = 256;
/** Blocks that are made before, until each program is in its steady state, and steps by which its events are counted then. */
const BEFORE = 20_000;
const COUNTED = 2000;
/** Steps that are compared with the twin's. */
const COMPARED = 200;

export async function observe({ subject, workload, budget }: BatchRequest, turns: Turns): Promise<ProgramObservation> {
  const kind = programs[workload];
  if (kind === undefined) throw new Error(`there is no program ${workload}`);
  const isCollected = subject === "collector";
  const make = async () => (isCollected ? kind.collected() : overHeap(kind, subject));
  const program = await make();
  while (program.counts().made < BEFORE) program.run(BATCH);
  const before = eventsOf(program);
  program.run(COUNTED);
  const perStep = (eventsOf(program) - before) / COUNTED;
  const steps = Math.ceil(BATCH / perStep);
  const run = (): number => {
    program.run(steps);
    return 0;
  };
  const observer = observePauses();
  const timing = await timeBatches(run, { units: steps * perStep, expected: 0, isCollected, budget, turns });
  const pauses = await observer.stop();
  // Behind it, as a second store in the process costs the first its constants.
  const [mine, twin] = [await make(), kind.collected()].map(sumOf);
  if (mine !== twin) throw new Error(`it read back ${mine}, its twin ${twin}`);
  return { ...timing, pauses };
}

/** What is made, resized and ended. */
function eventsOf(program: Program): number {
  const { made, resized, ended } = program.counts();
  return made + resized + ended;
}

function sumOf(program: Program): number {
  program.run(COMPARED);
  program.end();
  return program.checksum();
}

async function overHeap(kind: ProgramKind, name: string): Promise<Program> {
  const subject = subjectOf("heap", name) as HeapSubject;
  const capacity = capacityFor(kind.capacity / 2);
  const heap = (await makeTarget(subject, { capacity, total: capacity })) as Heap;
  if (subject.origin === "rival") return kind.over(rivalHeap(heap, kind.name === "staging"));
  const isReset = heap.traits?.reuse === false;
  return kind.over(heap as unknown as Parameters<ProgramKind["over"]>[0], isReset ? ({ byReset: true } as object) : {});
}
