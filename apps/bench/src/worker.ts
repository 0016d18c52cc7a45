/** The worker process: one request in its argument, one observation on its standard output. */
import { observe, observeUntilFull, probe } from "./observe.ts";
import { type Observation, PROBE, type Request, UNTIL_FULL } from "./protocol.ts";
import { type HeapSubject, SUBJECTS } from "./subjects.ts";
import { WORKLOADS, yours } from "./workloads.ts";

const request = JSON.parse(process.argv[2]!) as Request;
const subject = SUBJECTS.find(({ name }) => name === request.subject)!;

async function answer(): Promise<Observation> {
  if (request.workload === PROBE) return probe(subject as HeapSubject);
  if (request.workload === UNTIL_FULL) return observeUntilFull(subject as HeapSubject);
  const workload =
    request.trace === undefined
      ? WORKLOADS.find(({ name }) => name === request.workload)!
      : yours(request.trace, request.workload);
  return observe(subject, workload, request);
}

process.stdout.write(JSON.stringify(await answer()));
