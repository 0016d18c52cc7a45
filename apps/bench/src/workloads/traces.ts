import { createReadStream } from "node:fs";
import { readTrace, type Trace } from "@ariax/trace";
import { loadTrace, type TraceName } from "@ariax/trace/node";
import { replay } from "../loops.ts";
import type { Program } from "../program.ts";
import type { HeapWork } from "./work.ts";

/** What the recorded programs that come with `@ariax/trace` did. */
export const RECORDED: Readonly<Record<TraceName, string>> = {
  git: "git log -p --stat",
  jq: "filter and group a JSON file",
  lua: "binary trees and strings",
  nginx: "gzip directory listings under load",
  python: "parse JSON, compile a module",
  redis: "redis-benchmark over eight commands",
  sqlite: "inserts, joins, sorts, updates in memory",
};

export const recordedWork = async (name: TraceName): Promise<HeapWork> => programWork(await loadTrace(name));

/** A trace file, packed by gzip or not. */
export const fileWork = async (file: string): Promise<HeapWork> => programWork(await readFile(file));

/** Throws `TraceError`, or what the file system says. */
export const readFile = (file: string): Promise<Trace> => readTrace(createReadStream(file));

export function programWork(program: Program): HeapWork {
  return { program, prelude: 0, loop: replay(program), events: program.events, eventsPerUnit: 1 };
}
