/** Programs of TypeScript, of `@ariax/trace`: each over heaps, and as its twin, which the collector looks after. */
import { programs } from "@ariax/trace";
import type { ProgramWorkload } from "../workload.ts";

/** Heaps that use memory again. An arena does one that ends all at once. */
const HEAPS = ["slab", "wasm", "native", "assemblyscript"];
const BY_RESET = ["trees"];

export const PROGRAM_WORKLOADS: readonly ProgramWorkload[] = Object.values(programs).map(({ name, what, step }) => ({
  ...{ kind: "programs", group: "programs", level: "default", name, unit: "event" },
  what: `${what}; a step is ${step}`,
  for: [...HEAPS, ...(BY_RESET.includes(name) ? ["arena"] : []), "collector"],
}));
