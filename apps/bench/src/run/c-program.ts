/** The C program that observes an allocator in C, and the file of events that it replays. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { C_FOLDER } from "../subjects/c/compile.ts";
import { C_ENV, readyC } from "../subjects/c/ready.ts";
import { roomFor } from "../subjects/room.ts";
import type { CSubject } from "../subjects/subject.ts";
import type { HeapWork } from "../worker/loops.ts";
import type { Unavailable } from "../worker/protocol.ts";
import { type HeapRequest, heapWorkload } from "../workloads/heap/observe.ts";
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
  const warm = request.budget.warm / 2;
  const passes = [
    ...request.passes,
    ...(request.passes.includes("time") ? ["touched"] : []),
    ...(request.takesTurns ? ["turns"] : []),
  ];
  return {
    command: ready.binary,
    args: [subject.name, ready.library, path, String(capacity), String(warm), passes.join()],
    env: C_ENV,
  };
}

/** "AXP2". */
const MAGIC = 0x32505841;
const HEAD = 8;

/** The file's bytes; `native/program.h` has the layout. */
export function encodeProgram({ program, prelude, eventsPerUnit, steady }: HeapWork): Uint8Array {
  const { events, slots, op, slot, size } = program;
  const bytes = new Uint8Array(4 * HEAD + 9 * events);
  const words = new Uint32Array(bytes.buffer, 0, HEAD + 2 * events);
  words.set([MAGIC, events, slots, prelude, eventsPerUnit, steady?.live ?? 0, steady?.least ?? 0, steady?.most ?? 0]);
  words.set(size.subarray(0, events), HEAD);
  words.set(slot.subarray(0, events), HEAD + events);
  bytes.set(op.subarray(0, events), 4 * (HEAD + 2 * events));
  // To C libraries a reallocation to nothing is a free. One byte, for all alike.
  for (let i = 0; i < events; i++) if (op[i] === 2 && size[i] === 0) words[HEAD + i] = 1;
  return bytes;
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
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, encodeProgram(work));
  renameSync(`${path}.${process.pid}`, path);
  return { path, capacity: roomFor(work.program).capacity };
}
