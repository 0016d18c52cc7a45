/** One observation: an operation on books with so many blocks, or a whole trace. */

import { BlockKeys } from "../../subjects/kv/keys.ts";
import { BOOKS } from "../../subjects/kv/subjects.ts";
import { type BatchObservation, timeBatches } from "../../worker/batches.ts";
import type { Request } from "../../worker/protocol.ts";
import type { Budget } from "../../worker/timing.ts";
import type { Turns } from "../../worker/turns.ts";
import { CALLS } from "./calls.ts";
import { OPERATIONS } from "./operations.ts";
import { serve, TRACE_BLOCKS, TRACES } from "./traces.ts";

export interface KvRequest extends Request {
  /** Of an operation; a trace has its own. */
  readonly blocks: number;
  readonly budget: Budget;
}

export interface KvObservation extends BatchObservation {
  /** Blocks looked up, of a trace. */
  readonly lookups?: number;
  readonly requests?: number;
}

export async function observe(request: KvRequest, turns: Turns): Promise<KvObservation> {
  const { subject: name, workload, budget, blocks } = request;
  const call = CALLS.find((one) => one.name === workload && one.subject === name);
  if (call !== undefined) {
    const run = call.prepare();
    const expected = run();
    return timeBatches(run, { budget, turns, isCollected: call.origin === "rival", units: call.units, expected });
  }
  const subject = BOOKS.find((one) => one.name === name);
  if (subject === undefined) throw new Error(`there are no books ${name}`);
  const make = await subject.load();
  const of = { budget, turns, isCollected: subject.origin === "rival" };
  // The loop alone finds everything.
  const expects = (found: number): number | undefined => (subject.origin === "loop" ? undefined : found);
  const trace = TRACES.find((one) => one.name === workload);
  if (trace !== undefined) {
    const found = trace.load();
    const keys = new BlockKeys(found.different);
    const lookups = found.keys.length;
    // The books are new each time; what it takes to make them counts.
    const run = (): number => serve(make(TRACE_BLOCKS, keys), found);
    const timed = await timeBatches(run, { ...of, units: lookups, expected: expects(trace.hits) });
    return { ...timed, lookups, requests: found.starts.length - 1 };
  }
  const operation = OPERATIONS.find((one) => one.name === workload);
  if (operation === undefined) throw new Error(`there is no operation ${workload}`);
  const keys = new BlockKeys(operation.keys(blocks));
  const run = operation.prepare(make(blocks, keys), blocks);
  return timeBatches(run, { ...of, units: operation.units, expected: expects(operation.expected) });
}
