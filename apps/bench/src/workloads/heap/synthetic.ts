/** The synthesised programs of `@ariax/trace`. */
import { workloads } from "@ariax/trace";
import type { HeapWorkload } from "../workload.ts";
import { programWork } from "./traces.ts";

/** Those in an ordinary run, and why. `--full` has them all. */
const CHOSEN: Readonly<Record<string, string>> = {
  larson: "a server's threads replacing blocks at random",
  "fleet-0": "sizes and lifetimes published for a fleet of servers",
  sawtooth: "grows and falls back, again and again",
  "grow-by-one": "buffers reallocated a little larger each time",
};

export const SYNTHETIC: readonly HeapWorkload[] = Object.entries(workloads).map(([name, make]) => ({
  ...{ kind: "heap", group: "synthetic", name, unit: "event" },
  what: CHOSEN[name] ?? `the synthesiser "${name}" of @ariax/trace`,
  level: name in CHOSEN ? "default" : "full",
  only: ["slab", "arena", "thi.ng", "npm-malloc", "assemblyscript", "uint8array"],
  load: () => programWork(make()),
}));
