/** The command line of the package. A further command is a file beside this one, and an entry here. */

import { generate } from "./generate-command.ts";
import { HELP } from "./help.ts";
import { plan, type Streams } from "./plan-command.ts";
import { Problem } from "./problem.ts";
import { version } from "./version.ts";

const COMMANDS: Readonly<Record<string, (args: readonly string[], streams: Streams) => Promise<void>>> = {
  plan,
  generate,
};

/** Exit codes: 0 done; 1 the trace can't be read or is malformed, or a result not written; 2 wrong arguments. */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const [name, ...others] = args;
  try {
    if (args.some((arg, i) => (arg === "--help" || arg === "-h") && !args.slice(0, i).includes("--"))) {
      streams.out.write(HELP);
      return 0;
    }
    if (name === "--version") {
      streams.out.write(`${version()}\n`);
      return 0;
    }
    if (name === undefined) throw new Problem(2, "no command");
    if (!Object.hasOwn(COMMANDS, name)) throw new Problem(2, `unknown command ${JSON.stringify(name)}`);
    await COMMANDS[name](others, streams);
    return 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const help = error.exitCode === 2 ? "; kv-pager --help says what is possible" : "";
    streams.err.write(`kv-pager: ${error.message}${help}\n`);
    return error.exitCode;
  }
}
