/** From observations to the story: the schema of `results/story.json`. */
import { type Machine, machine } from "../machine.ts";
import { PHASES, type PhaseSpec } from "../phases/phases.ts";
import { type Summary, summarise } from "../statistics.ts";
import type { PhaseObservation, Split } from "./measure.ts";
import { ALLOCATIONS } from "./run.ts";

/** Raised by one with each change that a reader of the file must know of. */
export const SCHEMA = 1;

type Name = PhaseSpec["name"];

/** What one process found of one phase. */
export interface Observed {
  readonly phase: Name;
  readonly observation: PhaseObservation;
}

/** A phase. Times are ns per allocation, over the processes. */
export interface Chapter {
  readonly phase: Name;
  readonly title: string;
  readonly what: string;
  /** AriaX's figure. */
  readonly original: number;
  readonly originalCalls?: number;
  /** Absent where the phase can't be built: `unavailable` says why. */
  readonly allocate?: Summary;
  readonly pair?: Summary;
  readonly firstPair?: Summary;
  /** System calls per block: of allocating it, of freeing it. */
  readonly systemCalls?: Split;
  readonly unavailable?: string;
}

/** How many times the one takes as long as the other. */
export interface Ratio {
  readonly slow: Name;
  readonly fast: Name;
  readonly original: number;
  readonly allocate?: number;
  readonly pair?: number;
}

export interface Goal {
  readonly what: string;
  readonly value: string;
  readonly wanted: string;
  readonly met: boolean;
}

export interface Story {
  readonly schema: typeof SCHEMA;
  readonly date: string;
  /** It was stopped before its end. */
  readonly partial: boolean;
  readonly machine: Machine;
  readonly allocations: number;
  /** Processes per phase. */
  readonly processes: number;
  readonly chapters: readonly Chapter[];
  readonly ratios: readonly Ratio[];
  readonly goals: readonly Goal[];
  readonly observations: readonly Observed[];
}

/** What was to be reached: phase 2.1 against phase 2, and AriaX's own figure. */
const FASTER = 500;

export function makeStory(observations: readonly Observed[], date: Date, partial = false): Story {
  const chapters = PHASES.map((phase) => chapterOf(phase, observations));
  const ratios = [
    ratioOf(chapters, "phase-2", "phase-1"),
    ratioOf(chapters, "phase-2", "phase-2.1"),
    ratioOf(chapters, "phase-1", "phase-2.1"),
  ];
  return {
    schema: SCHEMA,
    date: date.toISOString(),
    partial,
    machine: machine(),
    allocations: ALLOCATIONS,
    processes: Math.max(...PHASES.map(({ name }) => observations.filter(({ phase }) => phase === name).length)),
    chapters,
    ratios,
    goals: goalsOf(chapters, ratios[1]!),
    observations,
  };
}

function chapterOf({ name, create: _, ...phase }: PhaseSpec, observed: readonly Observed[]): Chapter {
  const all = observed.flatMap(({ phase, observation }) => (phase === name ? [observation] : []));
  const chapter = { phase: name, ...phase };
  const unavailable = all.find((one) => one.unavailable !== undefined)?.unavailable;
  if (unavailable !== undefined || all.length === 0) return { ...chapter, unavailable: unavailable ?? "not measured" };
  const sum = ({ allocate, free }: Split): number => allocate + free;
  // The most that any process counted.
  const calls = all.map(({ systemCalls }) => systemCalls).sort((a, b) => sum(b) - sum(a))[0]!;
  return {
    ...chapter,
    allocate: summarise(all.map(({ steady }) => steady.allocate)),
    pair: summarise(all.map(({ steady }) => sum(steady))),
    firstPair: summarise(all.map(({ first }) => sum(first))),
    systemCalls: calls,
  };
}

function ratioOf(chapters: readonly Chapter[], slow: Name, fast: Name): Ratio {
  const [a, b] = [slow, fast].map((name) => chapters.find(({ phase }) => phase === name)!) as [Chapter, Chapter];
  const original = a.original / b.original;
  if (a.pair === undefined || b.pair === undefined) return { slow, fast, original };
  return {
    ...{ slow, fast, original },
    allocate: a.allocate!.median / b.allocate!.median,
    pair: a.pair.median / b.pair.median,
  };
}

/** Those whose phases were measured. What is shown is rounded to the side that is worse, so that it can't be missed and look met. */
function goalsOf(chapters: readonly Chapter[], { pair }: Ratio): Goal[] {
  const target = chapters.find(({ phase }) => phase === "phase-2.1")!;
  const goals: Goal[] = [];
  if (target.systemCalls !== undefined) {
    const calls = target.systemCalls.allocate + target.systemCalls.free;
    goals.push({
      what: "Phase 2.1, system calls per allocation in steady state",
      ...{ value: perBlock(calls), wanted: "0", met: calls === 0 },
    });
  }
  if (pair !== undefined) {
    goals.push({
      what: "Phase 2.1 faster than Phase 2, allocate + free",
      ...{ value: `${Math.floor(pair)}×`, wanted: `≥ ${FASTER}×`, met: pair >= FASTER },
    });
  }
  if (target.pair !== undefined) {
    const { median } = target.pair;
    const wanted = target.original;
    const met = median <= wanted;
    goals.push({
      what: "Phase 2.1, allocate + free, by AriaX's own target",
      // As the table above has it; but what was missed, by however little, is not to look met.
      ...{ value: `${(met ? median : Math.ceil(10 * median) / 10).toFixed(1)} ns`, wanted: `≤ ${wanted} ns`, met },
    });
  }
  return goals;
}

/** A number of system calls: whole, or what few of them come to for one block. */
export const perBlock = (calls: number): string => String(Number(calls.toPrecision(2)));
