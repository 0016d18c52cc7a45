/** The command line, in this process: what it prints, and its exit code. */
import { main } from "../../src/commands/cli.ts";
import type { Streams } from "../../src/commands/options.ts";
import type { Answer, Request } from "../../src/worker/protocol.ts";

export interface Called {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `answer` stands for the processes that measure. Without it nothing may be asked. */
export async function call(args: readonly string[], answer?: (request: Request) => Answer): Promise<Called> {
  let [out, err] = ["", ""];
  const stream = (write: (text: string) => void) => ({ write, isTTY: false }) as unknown as NodeJS.WriteStream;
  const ask: Streams["ask"] = async ({ request }) => {
    if (answer === undefined) throw new Error(`asked for ${JSON.stringify(request)}`);
    return answer(request);
  };
  const code = await main(args, { out: stream((text) => (out += text)), err: stream((text) => (err += text)), ask });
  return { code, out, err };
}

/** As if Ctrl-C had come: its newest listener is the command's. */
export const interrupt = (): void => void process.listeners("SIGINT").at(-1)!("SIGINT");
