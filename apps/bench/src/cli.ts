/** The command line. A further command is a function in `commands/` that adds itself to the program. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { addRunCommand } from "./commands/run.ts";
import { addStoryCommand } from "./commands/story.ts";
import { didYouMean, UsageError } from "./select.ts";

/** Exit codes: 0 done, 1 something failed, 2 wrong arguments, 130 stopped by Ctrl-C. */
export async function main(
  args: readonly string[],
  { out = process.stdout, err = process.stderr }: { out?: NodeJS.WriteStream; err?: NodeJS.WriteStream } = {},
): Promise<number> {
  let exitCode = 0;
  const program = new Command("pnpm bench")
    .description(
      "Measures every allocator beside its peers: one process an observation, on real and synthetic programs.",
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: () => {} })
    .showSuggestionAfterError(true)
    .allowExcessArguments(false);
  const streams = { out, err, exit: (code: number) => (exitCode = code) };
  addRunCommand(program, streams);
  addStoryCommand(program, streams);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof UsageError) return complain(err, error.message);
    if (!(error instanceof CommanderError)) throw error;
    // `--help` is an exit too.
    if (error.exitCode === 0) return 0;
    return complain(err, clarify(error, args, program));
  }
}

function complain(err: NodeJS.WriteStream, message: string): 2 {
  err.write(`${message}\n  pnpm bench --help says what is possible\n`);
  return 2;
}

function clarify(error: CommanderError, args: readonly string[], program: Command): string {
  if (error.code !== "commander.excessArguments") return error.message.replace(/^error: /, "");
  const word = args.find((arg) => !arg.startsWith("-")) ?? "";
  const names = program.commands.map((command) => command.name());
  return `unknown command "${word}"${didYouMean(word, names)}; subjects and workloads are named with --subject and --workload`;
}

/** An option that may be given again, with several values each, separated by spaces or commas. */
export function listOption(flags: string, description: string): Option {
  return new Option(flags, description)
    .default([], "")
    .argParser((value: string, before: string[]) => [...before, ...value.split(",").filter((name) => name !== "")]);
}

/** A number from `least` to `most`. */
export function numberParser(least: number, most: number, kind: "whole" | "any"): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!(value >= least && value <= most) || (kind === "whole" && !Number.isInteger(value))) {
      throw new InvalidArgumentError(
        `It is a ${kind === "whole" ? "whole number" : "number"} from ${least} to ${most}.`,
      );
    }
    return value;
  };
}
