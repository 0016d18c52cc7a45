/** The C program that observes an allocator in C, and the file of events that it replays. */
import { join } from "node:path";
import { C_FOLDER } from "../subjects/c/compile.ts";
import { C_ENV, readyC } from "../subjects/c/ready.ts";
import { roomFor } from "../subjects/room.ts";
import type { CSubject } from "../subjects/subject.ts";
import type { HeapWork } from "../worker/loops.ts";
import type { Unavailable } from "../worker/protocol.ts";
import { type HeapRequest, heapWorkload } from "../workloads/heap/observe.ts";
import { encodeProgram, writeWhole } from "../workloads/heap/program-file.ts";
import type { HeapWorkload } from "../workloads/workload.ts";

/** What is started for an observation. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export async function commandInC(subject: CSubject, request: HeapRequest): Promise<Invocation | Unavailable> {
  const ready = readyC(subject);
  if ("reason" in ready) return { unavailable: ready.reason };
  const { path, capacity } = await programFile(heapWorkload(request));
  // Compiled before it starts, it needs half of what a process of JavaScript does.
  const { warm, turns } = request.budget;
  const passes = [...request.passes, ...(request.takesTurns ? ["turns"] : [])];
  return {
    command: ready.binary,
    args: [subject.name, ready.library, path, String(capacity), String(warm / 2), String(turns), passes.join()],
    env: C_ENV,
  };
}

const written = new Map<string, ReturnType<typeof write>>();

/** The file of a workload, written once a process. */
function programFile(workload: HeapWorkload): ReturnType<typeof write> {
  const key = `${workload.group} ${workload.name}`;
  const before = written.get(key) ?? write(workload);
  written.set(key, before);
  return before;
}

/** A program as the C loop reads it, and the bytes that a heap of fixed capacity gets for it. */
async function write({ group, name, load }: HeapWorkload) {
  const work = await load();
  const path = join(C_FOLDER, `${group}-${encodeURIComponent(name)}.program`);
  writeWhole(path, encodeForC(work));
  return { path, capacity: roomFor(work.program).capacity };
}

/** To C libraries a reallocation to nothing is a free. One byte, for all alike. */
export function encodeForC(work: HeapWork): Uint8Array {
  const { program } = work;
  const size = program.size.map((bytes, i) => (program.op[i] === 2 && bytes === 0 ? 1 : bytes));
  return encodeProgram({ ...work, program: { ...program, size } });
}
