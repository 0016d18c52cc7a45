/**
 * Programs in files: what the C loop reads, and what a worker reads instead of unpacking the same trace in each process of a match.
 * `../../../native/program.h` has the layout.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RESULTS } from "../../base/results.ts";
import type { Program } from "../../subjects/events.ts";
import type { HeapWork } from "../../worker/loops.ts";

/** "AXP2". */
const MAGIC = 0x32505841;
const HEAD = 8;

/** The file's bytes. */
export function encodeProgram({
  program,
  prelude,
  eventsPerUnit,
  steady,
}: Omit<HeapWork, "loop" | "events">): Uint8Array {
  const { events, slots, op, slot, size } = program;
  const bytes = new Uint8Array(4 * HEAD + 9 * events);
  const words = new Uint32Array(bytes.buffer, 0, HEAD + 2 * events);
  words.set([MAGIC, events, slots, prelude, eventsPerUnit, steady?.live ?? 0, steady?.least ?? 0, steady?.most ?? 0]);
  words.set(size.subarray(0, events), HEAD);
  words.set(slot.subarray(0, events), HEAD + events);
  bytes.set(op.subarray(0, events), 4 * (HEAD + 2 * events));
  return bytes;
}

/** The program in a file's bytes; undefined where they are not one. */
export function decodeProgram(bytes: Uint8Array): Program | undefined {
  if (bytes.length < 4 * HEAD) return undefined;
  // A copy: what is read of a file may lie anywhere in a buffer.
  const { buffer } = new Uint8Array(bytes);
  const [magic, events, slots] = new Uint32Array(buffer, 0, HEAD) as unknown as [number, number, number];
  if (magic !== MAGIC || bytes.length !== 4 * HEAD + 9 * events) return undefined;
  const words = (from: number): Int32Array => new Int32Array(buffer, 4 * (HEAD + from), events);
  return { events, slots, size: words(0), slot: words(events), op: new Uint8Array(buffer, 4 * (HEAD + 2 * events)) };
}

/** Writes a file whole or not at all. */
export function writeWhole(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
}

/** What `make` makes of a file, kept beside the results until that file is another. Nothing depends on its being kept. */
export async function keep(name: string, source: string, make: () => Promise<Program>): Promise<Program> {
  const { size, mtimeMs } = statSync(source);
  const path = join(RESULTS, ".programs", `${name}-${size}-${Math.round(mtimeMs)}`);
  try {
    const kept = decodeProgram(readFileSync(path));
    if (kept !== undefined) return kept;
  } catch {
    // Not there yet.
  }
  const program = await make();
  try {
    writeWhole(path, encodeProgram({ program, prelude: 0, eventsPerUnit: 1 }));
  } catch {
    // The next process makes it again.
  }
  return program;
}
