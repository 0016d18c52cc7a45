/** The measured process: a request in its argument, the answer on its standard output. It loads the one kind it is asked for. */
import { isUnavailable, lineOf } from "../base/errors.ts";
import type { Answer, Request } from "./protocol.ts";

const request = JSON.parse(process.argv[2]!) as Request;

async function answer(): Promise<Answer> {
  try {
    const kind = (await import(`../workloads/${request.kind}/observe.ts`)) as { observe(request: Request): object };
    return await kind.observe(request);
  } catch (error) {
    return isUnavailable(error) ? { unavailable: lineOf(error) } : { error: lineOf(error) };
  }
}

process.stdout.write(JSON.stringify(await answer()));
