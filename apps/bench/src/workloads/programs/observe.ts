/** One observation of a program of TypeScript: over one heap, or as its twin, in the process that is asked for it. */
import { type Program, type ProgramKind, programs } from "@ariax/trace";
import { tailOf } from "../../base/tail.ts";
import type { Heap } from "../../subjects/programs/program.ts";
import { capacityFor } from "../../subjects/room.ts";
import { type HeapSubject, makeTarget } from "../../subjects/subject.ts";
import { subjectOf } from "../../subjects/subjects.ts";
import type { BatchObservation, BatchRequest } from "../../worker/batches.ts";
import { observePauses, type Pauses } from "../../worker/pauses.ts";
import { rivalHeap } from "./rival.ts";

export interface ProgramObservation extends BatchObservation {
  readonly pauses: Pauses;
}

/** Events of a batch, about, and the least window, in ms: long enough for collections. */
const BATCH = 256;
const WINDOW = 20;
const COLLECTED_WINDOW = 60;
const LEAST_WINDOWS = 3;
/** Steps that are compared with the twin's. */
const COMPARED = 200;

export async function observe({ subject, workload, budget }: BatchRequest): Promise<ProgramObservation> {
  const kind = programs[workload];
  if (kind === undefined) throw new Error(`there is no program ${workload}`);
  const isCollected = subject === "collector";
  const make = async () => (isCollected ? kind.collected() : overHeap(kind, subject));
  const observation = await timed(await make(), budget, isCollected ? COLLECTED_WINDOW : WINDOW);
  // Behind it, as a second store in the process costs the first its constants.
  const [mine, twin] = [await make(), kind.collected()].map(sumOf);
  if (mine !== twin) throw new Error(`it read back ${mine}, its twin ${twin}`);
  return observation;
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

/** In ns an event: what is made, resized and ended. */
async function timed(program: Program, budget: number, window: number): Promise<ProgramObservation> {
  const eventsOf = (): number => {
    const { made, resized, ended } = program.counts();
    return made + resized + ended;
  };
  const run = (steps: number): { ms: number; each: number } => {
    const before = eventsOf();
    const start = performance.now();
    program.run(steps);
    const ms = performance.now() - start;
    return { ms, each: (1e6 * ms) / Math.max(1, eventsOf() - before) };
  };
  // Short runs: V8 compiles a function for good after many calls.
  const warmUntil = performance.now() + 0.5 * budget;
  let steps = 0;
  do run(16);
  while ((steps += 16) && performance.now() < warmUntil);
  const batch = Math.max(1, Math.round((BATCH * steps) / eventsOf()));

  const observer = observePauses();
  const windows: number[] = [];
  const batches: number[] = [];
  const until = performance.now() + 0.5 * budget;
  while (windows.length < LEAST_WINDOWS || performance.now() < until) {
    const before = eventsOf();
    let ms = 0;
    while (ms < window) {
      const one = run(batch);
      ms += one.ms;
      batches.push(one.each);
    }
    windows.push((1e6 * ms) / (eventsOf() - before));
  }
  const pauses = await observer.stop();
  const { p50, p99, max, count } = tailOf(Float64Array.from(batches));
  const best = Math.min(...windows);
  return {
    time: { stopped: false, best, windows, replaysPerWindow: 1, warmReplays: steps, collections: pauses.count },
    latency: { p50, p99, max, batches: count },
    pauses,
  };
}
