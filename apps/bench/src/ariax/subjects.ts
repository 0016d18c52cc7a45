/** Who does the scenarios. To add a heap: one line here, where `../subjects.ts` has it. */
import type { Scenario } from "@ariax/trace";
import { roomFor } from "../metrics.ts";
import { type HeapSubject, makeTarget, type Room, SUBJECTS } from "../subjects.ts";
import type { Heap, Program } from "./programs/program.ts";
import { scenarioOf } from "./scenarios.ts";

export interface ScenarioSubject {
  readonly name: string;
  readonly what: string;
  readonly origin: "ours" | "collector" | "phase" | "rival" | "loop";
  /** It may not be here, for a reason that it gives. */
  readonly optional?: true;
}

export const SCENARIO_SUBJECTS: readonly ScenarioSubject[] = [
  { name: "ariax", origin: "ours", what: "the program made for it, over our packages" },
  { name: "gc", origin: "collector", what: "objects, typed arrays and strings; dropping the reference is the free" },
  { name: "slab", origin: "ours", what: "@ariax/slab, told of every allocation and free" },
  { name: "native", origin: "ours", what: "the same over mapped memory", optional: true },
  { name: "wasm", origin: "ours", what: "the same heap, its engine in C, as WASM", optional: true },
  { name: "phase-2.1", origin: "ours", what: "AriaX's phase 2.1: phase 2's records, over slab and metadata pools" },
  { name: "phase-1", origin: "phase", what: "AriaX's phase 1: one region, first fit" },
  { name: "phase-2", origin: "phase", what: "AriaX's phase 2: a mapping for each block's record", optional: true },
  { name: "thi.ng", origin: "rival", what: "@thi.ng/malloc 6.1.150" },
  { name: "malloc", origin: "rival", what: "malloc 1.1.0 (codemix)" },
  { name: "assemblyscript", origin: "rival", what: "TLSF of AssemblyScript 0.28.20, WASM" },
  { name: "nothing", origin: "loop", what: "no allocator: what the program itself costs over a heap" },
];

/** The program of a subject, ready to run. Throws what a subject throws that is not here. */
export async function makeProgram(name: string, subject: string, scenario: Scenario): Promise<Program> {
  const programs = await scenarioOf(name).programs();
  if (subject === "ariax" || subject === "gc") return programs[subject](scenario);
  return programs.heap(scenario, await makeHeap(subject, roomFor(scenario.trace)));
}

async function makeHeap(name: string, room: Room): Promise<Heap> {
  if (name === "nothing") return new (await import("./programs/nothing.ts")).NothingInMemory(room.capacity);
  const subject = SUBJECTS.find((one) => one.name === name && one.kind === "heap") as HeapSubject;
  const heap = (await makeTarget(subject, room)) as Heap;
  // Grown to what the others have, before any program looks at its memory.
  if (name === "assemblyscript") heap.free(heap.allocate(room.capacity));
  return heap;
}
