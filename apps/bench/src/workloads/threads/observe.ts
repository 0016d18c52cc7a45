/** One observation of threads that share a heap, in the process that is asked for it. Of allocators in C, a program in C makes it. */
import type { Request } from "../../worker/protocol.ts";
import { type Turns, untilTheLast } from "../../worker/turns.ts";
import type { WindowOptions } from "./team.ts";
import { THREAD_WORKLOADS, type ThreadObservation } from "./workloads.ts";

export interface ThreadBudget extends WindowOptions {
  /** s of what goes on for long. */
  readonly seconds: number;
  /** The most threads at once. */
  readonly threads: number;
}

export interface ThreadRequest extends Request {
  readonly budget: ThreadBudget;
}

export async function observe(request: ThreadRequest, turns: Turns): Promise<ThreadObservation> {
  const workload = THREAD_WORKLOADS.find(({ name }) => name === request.workload);
  if (workload === undefined) throw new Error(`threads can't be measured on ${request.workload}`);
  const found = await (await workload.load()).measure(request, turns);
  await untilTheLast(turns);
  return found;
}
