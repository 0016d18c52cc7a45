/** The measured process: a request in its argument, the answer on its standard output. It loads the one kind it is asked for. */
import { isUnavailable, lineOf } from "../base/errors.ts";
import type { Answer, Request } from "./protocol.ts";
import { type Turns, turnsAlone, turnsOfParent } from "./turns.ts";

const request = JSON.parse(process.argv[2]!) as Request;

interface Kind {
  observe(request: Request, turns: Turns): object;
}

async function answer(): Promise<Answer> {
  using turns = request.takesTurns ? turnsOfParent() : turnsAlone(3);
  try {
    const kind = (await import(`../workloads/${request.kind}/observe.ts`)) as Kind;
    return await kind.observe(request, turns);
  } catch (error) {
    return isUnavailable(error) ? { unavailable: lineOf(error) } : { error: lineOf(error) };
  }
}

process.stdout.write(JSON.stringify(await answer()));
