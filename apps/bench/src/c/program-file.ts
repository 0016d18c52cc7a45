import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { roomFor } from "../metrics.ts";
import type { HeapWork } from "../workloads/work.ts";
import type { Workload } from "../workloads.ts";
import { C_FOLDER } from "./build.ts";

/** A program as the C loop reads it, and the bytes that a heap of fixed capacity gets for it. */
export interface ProgramFile {
  readonly path: string;
  readonly capacity: number;
}

/** "AXP1". */
const MAGIC = 0x31505841;
const HEAD = 5;

/** The file's bytes; `native/program.h` has the layout. */
export function encodeProgram({ program, prelude, eventsPerUnit }: HeapWork): Uint8Array {
  const { events, slots, op, slot, size } = program;
  const bytes = new Uint8Array(4 * HEAD + 9 * events);
  const words = new Uint32Array(bytes.buffer, 0, HEAD + 2 * events);
  words.set([MAGIC, events, slots, prelude, eventsPerUnit]);
  words.set(size.subarray(0, events), HEAD);
  words.set(slot.subarray(0, events), HEAD + events);
  bytes.set(op.subarray(0, events), 4 * (HEAD + 2 * events));
  // To C libraries a reallocation to nothing is a free. One byte, for all alike.
  for (let i = 0; i < events; i++) if (op[i] === 2 && size[i] === 0) words[HEAD + i] = 1;
  return bytes;
}

const written = new Map<string, Promise<ProgramFile>>();

/** The file of a workload, written once a process. */
export function programFile(workload: Workload & { kind: "heap" }): Promise<ProgramFile> {
  const key = `${workload.group} ${workload.name}`;
  const before = written.get(key) ?? write(workload);
  written.set(key, before);
  return before;
}

async function write(workload: Workload & { kind: "heap" }): Promise<ProgramFile> {
  const work = await workload.load();
  const path = join(C_FOLDER, `${workload.group}-${encodeURIComponent(workload.name)}.program`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, encodeProgram(work));
  renameSync(`${path}.${process.pid}`, path);
  return { path, capacity: roomFor(work.program).capacity };
}
