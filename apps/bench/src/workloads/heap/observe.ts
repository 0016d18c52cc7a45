/** One observation of a heap, in the process that is asked for it. Heaps in C have `../../../native/replay.c` instead. */
import { isUnavailable, lineOf } from "../../base/errors.ts";
import { type Needs, needs } from "../../subjects/events.ts";
import { roomFor } from "../../subjects/room.ts";
import { type HeapSubject, makeTarget } from "../../subjects/subject.ts";
import { subjectOf } from "../../subjects/subjects.ts";
import { type Check, check } from "../../worker/check.ts";
import { type Latency, latency } from "../../worker/latency.ts";
import type { HeapWork } from "../../worker/loops.ts";
import type { Request } from "../../worker/protocol.ts";
import { type Budget, COLLECTED_WINDOW, type Finished, type Timing, time, WINDOW } from "../../worker/timing.ts";
import { type Turns, untilTheLast } from "../../worker/turns.ts";
import { replayIn } from "../../worker/ways.ts";
import type { HeapWorkload } from "../workload.ts";
import { yours } from "./traces.ts";
import { HEAP_WORKLOADS } from "./workloads.ts";

/** `touched`: in C only, timed once more with the first byte of each new block written. */
export type Pass = "time" | "touched" | "check" | "latency";

export interface HeapRequest extends Request {
  /** The user's trace file, where that is the workload. */
  readonly trace?: string;
  readonly passes: readonly Pass[];
  readonly budget: Budget;
  /** What one replay may take before it is stopped, in ms. */
  readonly limit: number;
}

export interface HeapObservation {
  readonly time?: Timing;
  readonly check?: Check;
  readonly latency?: Latency;
  readonly needs?: Needs;
  /** Of an allocator in C: where the first byte of each new block is written. */
  readonly touched?: Finished;
  /** Of an allocator in C: what it says it is, and its file. */
  readonly version?: string;
  /** Why there is no time: then the check, if there is one, may say more. */
  readonly error?: string;
}

/** What the check of a subject that was stopped may take, in ms. */
const STOPPED_CHECK = 400;

/** Throws where there is no such workload. */
export function heapWorkload({ workload, trace }: HeapRequest): HeapWorkload {
  const found = trace === undefined ? HEAP_WORKLOADS.find(({ name }) => name === workload) : yours(trace, workload);
  if (found === undefined) throw new Error(`heaps can't be measured on ${workload}`);
  return found;
}

export async function observe(request: HeapRequest, turns: Turns): Promise<HeapObservation> {
  const subject = subjectOf("heap", request.subject);
  if (subject.handles === "pointers") throw new Error(`${subject.name} runs in C, and not here`);
  return observeHeap(subject, await heapWorkload(request).load(), request, turns);
}

async function observeHeap(
  subject: HeapSubject,
  loaded: HeapWork,
  request: HeapRequest,
  turns: Turns,
): Promise<HeapObservation> {
  const { passes, budget, limit } = request;
  const { handles } = subject;
  const room = roomFor(loaded.program);
  const create = () => makeTarget(subject, room);
  if (subject.afterTransfer) structuredClone(0, { transfer: [new ArrayBuffer(8)] });
  const way = subject.way && replayIn(subject.way, loaded.program, await create());
  const work = way === undefined ? loaded : { ...loaded, loop: way };

  // Timed first, while the process is fresh; a subject that then fails the check is not shown with its time.
  const isWhole = subject.collected === true;
  const window = isWhole ? COLLECTED_WINDOW : WINDOW;
  const timing: { time?: Timing; error?: string } = {};
  try {
    if (passes.includes("time"))
      timing.time = await time(create, work, { handles, budget, limit, isWhole, window, turns });
  } catch (error) {
    if (isUnavailable(error)) throw error;
    timing.error = lineOf(error);
  }
  await untilTheLast(turns);
  // Of one that was stopped, the beginning is enough.
  const patience = timing.time?.stopped ? Math.min(limit, STOPPED_CHECK) : limit;
  const checked =
    passes.includes("check") && subject.origin !== "loop"
      ? { check: check(await create(), work.program, handles, patience), needs: needs(work.program) }
      : {};
  // Where timing failed the check says why; an error that the check does not find is the result.
  const isFaulty = checked.check !== undefined && checked.check.failures + checked.check.corrupted > 0;
  if (timing.error !== undefined) return isFaulty ? checked : { ...checked, ...timing };
  const isTailed = passes.includes("latency") && !isFaulty;
  const tail = isTailed ? await latency(create, work, handles, budget.warm) : undefined;
  return { ...timing, ...checked, ...(tail && { latency: tail }) };
}
