import { workloads } from "@ariax/trace";
import { programWork } from "./traces.ts";
import type { HeapWork } from "./work.ts";

/** The synthesised programs that are in an ordinary run, and why. `--full` runs all that `@ariax/trace` makes. */
const CHOSEN: Readonly<Record<string, string>> = {
  larson: "a server's threads replacing blocks at random",
  "fleet-0": "sizes and lifetimes published for a fleet of servers",
  sawtooth: "grows and falls back, again and again",
  "grow-by-one": "buffers reallocated a little larger each time",
};

export const SYNTHETIC: readonly { name: string; what: string; level: "default" | "full" }[] = Object.keys(
  workloads,
).map((name) => ({
  name,
  what: CHOSEN[name] ?? `the synthesiser "${name}" of @ariax/trace`,
  level: name in CHOSEN ? "default" : "full",
}));

export const syntheticWork = (name: string): HeapWork => programWork(workloads[name]!());
