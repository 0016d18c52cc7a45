/** One observation of threads that share a heap, in the process that is asked for it. Of allocators in C, a program in C makes it. */
import { type Turns, untilTheLast } from "../../worker/turns.ts";
import type { ThreadRequest } from "./protocol.ts";
import { THREAD_WORKLOADS } from "./workloads.ts";

export async function observe(request: ThreadRequest, turns: Turns): Promise<object> {
  const workload = THREAD_WORKLOADS.find(({ name }) => name === request.workload);
  if (workload === undefined) throw new Error(`threads can't be measured on ${request.workload}`);
  const found = await (await workload.load()).measure(request, turns);
  await untilTheLast(turns);
  return found;
}
