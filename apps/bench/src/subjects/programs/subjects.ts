/** Who does the scenarios. To add a heap: one line here, where `../heaps.ts` has it. */
import type { Scenario } from "@ariax/trace";
import { type Room, roomFor } from "../room.ts";
import { makeTarget } from "../subject.ts";
import { subjectOf } from "../subjects.ts";
import type { Heap, Program } from "./program.ts";

export interface ScenarioSubject {
  readonly name: string;
  readonly what: string;
  readonly origin: "ours" | "collector" | "phase" | "rival" | "loop";
}

/** How a scenario is done: by a heap that replays it, by the garbage collector, by the program made for it. */
export interface Programs {
  heap(scenario: Scenario, target: Heap): Program;
  gc(scenario: Scenario): Program;
  ariax(scenario: Scenario): Program;
}

export const SCENARIO_SUBJECTS: readonly ScenarioSubject[] = [
  { name: "ariax", origin: "ours", what: "the program made for it, over our packages" },
  { name: "gc", origin: "collector", what: "objects, typed arrays and strings; dropping the reference is the free" },
  { name: "slab", origin: "ours", what: "@ariax/slab, told of every allocation and free" },
  { name: "native", origin: "ours", what: "the same over mapped memory" },
  { name: "wasm", origin: "ours", what: "the same heap, its engine in C, as WASM" },
  { name: "phase-2.1", origin: "ours", what: "AriaX's phase 2.1: phase 2's records, over slab and metadata pools" },
  { name: "phase-1", origin: "phase", what: "AriaX's phase 1: one region, first fit" },
  { name: "phase-2", origin: "phase", what: "AriaX's phase 2: a mapping for each block's record" },
  { name: "thi.ng", origin: "rival", what: "@thi.ng/malloc 6.1.150" },
  { name: "npm-malloc", origin: "rival", what: "malloc 1.1.0 (codemix)" },
  { name: "assemblyscript", origin: "rival", what: "TLSF of AssemblyScript 0.28.20, WASM" },
  { name: "nothing", origin: "loop", what: "no allocator: what the program itself costs over a heap" },
];

/** Those that real time and the browser have. */
export const ARMS = ["ariax", "gc"] as const;
export type Arm = (typeof ARMS)[number];

/** The program of a subject, ready to run. Throws what a subject throws that is not here. */
export async function programOf(programs: Programs, subject: string, scenario: Scenario): Promise<Program> {
  if (subject === "ariax" || subject === "gc") return programs[subject](scenario);
  return programs.heap(scenario, await makeHeap(subject, roomFor(scenario.trace)));
}

async function makeHeap(name: string, room: Room): Promise<Heap> {
  if (name === "nothing") return new (await import("./nothing.ts")).NothingInMemory(room.capacity);
  const subject = subjectOf("heap", name);
  if (subject.handles === "pointers") throw new Error(`${name} runs in C, and does no scenarios`);
  const heap = (await makeTarget(subject, room)) as Heap;
  // Grown to what the others have, before any program looks at its memory.
  if (name === "assemblyscript") heap.free(heap.allocate(room.capacity));
  return heap;
}
