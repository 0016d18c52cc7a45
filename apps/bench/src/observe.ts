/** One observation, in the process that is asked for it. */
import type { BitAdapter } from "../rivals/adapter.ts";
import { timeBatches } from "./batches.ts";
import { check } from "./check.ts";
import { latency } from "./latency.ts";
import { FULL_CAPACITY, roomFor, untilFull } from "./metrics.ts";
import { needs } from "./program.ts";
import type { Observation, Request } from "./protocol.ts";
import { type BitSubject, type HeapSubject, makeTarget, type RecordSubject } from "./subjects.ts";
import { time } from "./timing.ts";
import { BATCH as BIT_BATCH, BITS, type BitWork } from "./workloads/bits.ts";
import { CAPACITY, BATCH as RECORD_BATCH, type RecordWork } from "./workloads/records.ts";
import type { HeapWork } from "./workloads/work.ts";
import type { Workload } from "./workloads.ts";

/** The least window, in ms: for clock and noise, and where garbage is collected, for collections to be in each. */
const WINDOW = 2;
const COLLECTED_WINDOW = 60;
/** What the check of a subject that was stopped may take, in ms. */
const STOPPED_CHECK = 400;

export async function observeHeap(subject: HeapSubject, work: HeapWork, request: Request): Promise<Observation> {
  const { passes, budget, limit } = request;
  const { handles } = subject;
  const room = roomFor(work.program);
  const create = () => makeTarget(subject, room);
  const wants = (pass: string): boolean => passes.includes(pass as never);

  // Timed first, while the process is fresh; a subject that then fails the check is not shown with its time.
  const window = subject.collected ? COLLECTED_WINDOW : WINDOW;
  const timing = wants("time") ? await attempt(() => time(create, work, { handles, budget, limit, window })) : {};
  // Of one that was stopped, the beginning is enough.
  const patience = timing.value?.stopped ? Math.min(limit, STOPPED_CHECK) : limit;
  const checked =
    wants("check") && subject.origin !== "loop"
      ? { check: check(await create(), work.program, handles, patience), needs: needs(work.program) }
      : {};
  // Where timing failed the check says why; an error that the check does not find is the result.
  const found = checked.check !== undefined && checked.check.failures + checked.check.corrupted > 0;
  if (timing.error !== undefined) return found ? checked : { ...checked, error: timing.error };
  const tail = wants("latency") && !found ? await latency(create, work, handles, budget / 2) : undefined;
  return { ...(timing.value ? { time: timing.value } : {}), ...checked, ...(tail ? { latency: tail } : {}) };
}

export async function observeBits(subject: BitSubject, work: BitWork, budget: number): Promise<Observation> {
  const bits: BitAdapter = await subject.create(BITS);
  const expected = subject.origin === "loop" ? undefined : work.expected;
  return batches(work.prepare(bits), { units: BIT_BATCH, expected, mean: false, budget });
}

export async function observeRecords(subject: RecordSubject, work: RecordWork, budget: number): Promise<Observation> {
  const run = work.prepare(await subject.create(CAPACITY));
  return batches(run, { units: RECORD_BATCH, expected: work.expected, mean: subject.collected === true, budget });
}

/** Whether there is such a heap here. Anything but "not here" is a fault, and comes back when it is measured. */
export async function probe(subject: HeapSubject): Promise<Observation> {
  try {
    await makeTarget(subject, { capacity: FULL_CAPACITY, total: FULL_CAPACITY });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (/UNAVAILABLE$|^ERR_MODULE_NOT_FOUND$/.test(code ?? "")) return { unavailable: message.split("\n", 1)[0]! };
  }
  return {};
}

/** How much fits before it is full: of heaps of a fixed capacity. */
export async function observeUntilFull(subject: HeapSubject): Promise<Observation> {
  const target = await makeTarget(subject, { capacity: FULL_CAPACITY, total: FULL_CAPACITY });
  return { untilFull: untilFull(target) };
}

async function batches(run: () => number, options: Parameters<typeof timeBatches>[1]): Promise<Observation> {
  const { value, error } = await attempt(() => timeBatches(run, options));
  return error === undefined ? value! : { error };
}

async function attempt<T>(action: () => Promise<T>): Promise<{ value?: T; error?: string }> {
  try {
    return { value: await action() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

export async function observe(subject: unknown, workload: Workload, request: Request): Promise<Observation> {
  if (workload.kind === "heap") return observeHeap(subject as HeapSubject, await workload.load(), request);
  if (workload.kind === "bits") return observeBits(subject as BitSubject, workload.work, request.budget);
  return observeRecords(subject as RecordSubject, workload.work, request.budget);
}
