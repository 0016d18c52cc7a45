/** From observations to the story: the schema of `results/story.json`. */
import { type Summary, summarise } from "../../base/statistics.ts";
import { PHASES, type PhaseSpec } from "../../subjects/phases/phases.ts";
import { isFound, type Observed, ofKind } from "../../worker/protocol.ts";
import type { PhaseObservation, Split } from "../../workloads/story/observe.ts";
import { ALLOCATIONS } from "../../workloads/story/run.ts";
import { type Circumstances, factsOf, type RunFacts } from "../circumstances.ts";
import type { Target } from "../shown.ts";

/** Raised by one with each change that a reader of the file must know of: 2 has its observations as the other files do. */
export const SCHEMA = 2;

type Name = PhaseSpec["name"];

/** A phase. Times are ns per allocation, over the processes. */
export interface Chapter extends Omit<PhaseSpec, "name" | "create"> {
  readonly phase: Name;
  /** Absent where the phase can't be built: `unavailable` says why. */
  readonly allocate?: Summary;
  readonly pair?: Summary;
  readonly firstPair?: Summary;
  /** System calls per block: of allocating it, of freeing it. */
  readonly systemCalls?: Split;
  readonly unavailable?: string;
  /** It can be built, and failed. */
  readonly isFault?: boolean;
}

/** How many times the one takes as long as the other. */
export interface Ratio {
  readonly slow: Name;
  readonly fast: Name;
  readonly original: number;
  readonly allocate?: number;
  readonly pair?: number;
}

export interface Story extends RunFacts {
  readonly schema: typeof SCHEMA;
  readonly allocations: number;
  /** Processes per phase. */
  readonly processes: number;
  readonly chapters: readonly Chapter[];
  readonly ratios: readonly Ratio[];
  readonly goals: readonly Target[];
  readonly observations: readonly Observed[];
}

const sum = ({ allocate, free }: Split): number => allocate + free;

/** What was to be reached: phase 2.1 against phase 2, and AriaX's own figure. */
const FASTER = 500;

export function makeStory(observed: readonly Observed[], at: Circumstances): Story {
  const found = ofKind<PhaseObservation>(observed, "story");
  const chapters = PHASES.map((phase) => chapterOf(phase, found));
  const ratios = [
    ratioOf(chapters, "phase-2", "phase-1"),
    ratioOf(chapters, "phase-2", "phase-2.1"),
    ratioOf(chapters, "phase-1", "phase-2.1"),
  ];
  return {
    schema: SCHEMA,
    ...factsOf(at),
    allocations: ALLOCATIONS,
    processes: Math.max(...PHASES.map(({ name }) => found.filter(({ subject }) => subject === name).length)),
    chapters,
    ratios,
    goals: goalsOf(chapters, ratios[1]!),
    observations: observed,
  };
}

/** Of a phase with an error there are no numbers either. */
function chapterOf({ name, create: _, ...phase }: PhaseSpec, found: readonly Observed<PhaseObservation>[]): Chapter {
  const chapter = { phase: name, ...phase };
  const mine = found.filter(({ subject }) => subject === name);
  for (const { observation } of mine) {
    if ("unavailable" in observation) return { ...chapter, unavailable: observation.unavailable };
    if ("error" in observation) return { ...chapter, unavailable: observation.error, isFault: true };
  }
  const all = mine.flatMap(({ observation }) => (isFound(observation) ? [observation] : []));
  if (all.length === 0) return { ...chapter, unavailable: "not measured" };
  return {
    ...chapter,
    allocate: summarise(all.map(({ steady }) => steady.allocate)),
    pair: summarise(all.map(({ steady }) => sum(steady))),
    firstPair: summarise(all.map(({ first }) => sum(first))),
    // The most that any process counted.
    systemCalls: all.map(({ systemCalls }) => systemCalls).sort((a, b) => sum(b) - sum(a))[0]!,
  };
}

function ratioOf(chapters: readonly Chapter[], slow: Name, fast: Name): Ratio {
  const [a, b] = [slow, fast].map((name) => chapters.find(({ phase }) => phase === name)!) as [Chapter, Chapter];
  const original = a.original / b.original;
  if (a.pair === undefined || b.pair === undefined) return { slow, fast, original };
  const [allocate, pair] = [a.allocate!.median / b.allocate!.median, a.pair.median / b.pair.median];
  return { slow, fast, original, allocate, pair };
}

/** Those whose phases were measured. What is shown is rounded to the side that is worse, so that it can't be missed and look met. */
function goalsOf(chapters: readonly Chapter[], { pair: gain }: Ratio): Target[] {
  const { systemCalls, pair, original } = chapters.find(({ phase }) => phase === "phase-2.1")!;
  const goals: Target[] = [];
  const add = (what: string, value: string, wanted: string, ok: boolean) => goals.push({ what, value, wanted, ok });
  if (systemCalls !== undefined) {
    const calls = sum(systemCalls);
    add("Phase 2.1, system calls per allocation in steady state", perBlock(calls), "0", calls === 0);
  }
  if (gain !== undefined) {
    const what = "Phase 2.1 faster than Phase 2, allocate + free";
    add(what, `${Math.floor(gain)}×`, `≥ ${FASTER}×`, gain >= FASTER);
  }
  if (pair !== undefined) {
    const ok = pair.median <= original;
    // As the table above has it; but what was missed, by however little, is not to look met.
    const shown = ok ? pair.median : Math.ceil(10 * pair.median) / 10;
    add("Phase 2.1, allocate + free, by AriaX's own target", `${shown.toFixed(1)} ns`, `≤ ${original} ns`, ok);
  }
  return goals;
}

/** A number of system calls: whole, or what few of them come to for one block. */
export const perBlock = (calls: number): string => String(Number(calls.toPrecision(2)));
