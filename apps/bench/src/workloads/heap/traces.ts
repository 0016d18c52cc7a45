/** Traces of real programs: those that come with `@ariax/trace`, and the user's own. */
import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { readTrace, type Trace } from "@ariax/trace";
import { loadTrace, TRACE_NAMES, type TraceName, UNTUNED_TRACE_NAMES } from "@ariax/trace/node";
import type { Program } from "../../subjects/events.ts";
import { type HeapWork, replay } from "../../worker/loops.ts";
import type { HeapWorkload } from "../workload.ts";
import { keep } from "./program-file.ts";

/** What the recorded programs did. */
const RECORDED: Readonly<Record<TraceName, string>> = {
  cc1: "gcc's compiler, -O2",
  git: "git log -p --stat",
  jq: "filter and group a JSON file",
  lua: "binary trees and strings",
  nginx: "gzip directory listings under load",
  perl: "count words, JSON there and back",
  python: "parse JSON, compile a module",
  redis: "redis-benchmark over eight commands",
  sqlite: "inserts, joins, sorts, updates in memory",
  vim: "replace, sort, undo, count words",
};

const traces = (names: readonly TraceName[], more: Pick<HeapWorkload, "group" | "level">): HeapWorkload[] =>
  names.map((name) => ({
    ...{ kind: "heap", ...more, name, unit: "event", what: RECORDED[name] },
    load: async () => programWork(await recorded(name)),
  }));

export const TRACES: readonly HeapWorkload[] = [
  ...traces(TRACE_NAMES, { group: "traces", level: "quick" }),
  ...traces(UNTUNED_TRACE_NAMES, { group: "untuned", level: "default" }),
];

const require = createRequire(import.meta.url);

/** One of those that come with it, unpacked once and not in every process. */
const recorded = (name: TraceName): Promise<Program> =>
  keep(name, require.resolve(`@ariax/traces/data/${name}.trace.gz`), () => loadTrace(name));

/** What a process pays before anything is compiled: the beginning of a program, once. */
export const STARTS: readonly HeapWorkload[] = Object.entries({ "first-1k": 1000, "first-100k": 100_000 }).map(
  ([name, events]) => ({
    ...{ kind: "heap", group: "start", level: "default", name, unit: "event" },
    what: `the first ${events.toLocaleString("en-US")} calls of a process: sqlite's`,
    only: ["slab", "wasm", "native", "assemblyscript", "npm-malloc", "uint8array", "engine-c", "mimalloc", "glibc"],
    load: async () => programWork({ ...(await recorded("sqlite")), events }),
  }),
);

/** The user's own trace, packed by gzip or not, beside the others. */
export const yours = (file: string, name: string): HeapWorkload => ({
  ...{ kind: "heap", group: "yours", level: "quick", name, unit: "event", what: file, file },
  load: async () => programWork(await readFile(file)),
});

/** Throws `TraceError`, or what the file system says. */
export const readFile = (file: string): Promise<Trace> => readTrace(createReadStream(file));

/** All events of a program, one by one. */
export function programWork(program: Program): HeapWork {
  return { program, prelude: 0, loop: replay(program), events: program.events, eventsPerUnit: 1 };
}
