/** The command line. A further command is a file beside this one that adds itself to the program. */
import { Command, CommanderError } from "commander";
import { UsageError } from "../base/errors.ts";
import { addAriaxCommand } from "./ariax.ts";
import { addCompareCommand } from "./compare.ts";
import { addGpuCommand } from "./gpu.ts";
import { addKvCommand } from "./kv.ts";
import type { Streams } from "./options.ts";
import { addRunCommand } from "./run.ts";
import { didYouMean } from "./select.ts";
import { addStoryCommand } from "./story.ts";
import { addThreadsCommand } from "./threads.ts";

/** Exit codes: 0 done, 1 something failed, 2 wrong arguments, 130 stopped by Ctrl-C. `ask` is for who has no processes. */
export async function main(
  args: readonly string[],
  { out = process.stdout, err = process.stderr, ask }: Partial<Omit<Streams, "exit" | "command">> = {},
): Promise<number> {
  let exitCode = 0;
  const program = new Command("pnpm bench")
    .description(
      "Measures every allocator beside its peers: one process an observation, on real and synthetic programs.",
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: () => {} })
    .showSuggestionAfterError(true)
    .allowExcessArguments(false)
    // What stands behind a command's name is the command's: all have a `--json`.
    .enablePositionalOptions();
  const command = ["pnpm bench", ...args].join(" ");
  const streams = { out, err, ask, command, exit: (code: number) => (exitCode = code) };
  for (const add of [
    addRunCommand,
    addStoryCommand,
    addAriaxCommand,
    addThreadsCommand,
    addKvCommand,
    addGpuCommand,
    addCompareCommand,
  ])
    add(program, streams);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    // `--help` is an exit too.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (!(error instanceof UsageError || error instanceof CommanderError)) throw error;
    const names = program.commands.map((command) => command.name());
    const [word = ""] = program.args;
    const command = names.includes(word) ? `${word} ` : "";
    const message = error instanceof CommanderError ? clarify(error, word, names) : error.message;
    err.write(`${message}\n  pnpm bench ${command}--help says what is possible\n`);
    return 2;
  }
}

/** `word` is the first argument that is no option. */
function clarify(error: CommanderError, word: string, names: readonly string[]): string {
  const isExcess = error.code === "commander.excessArguments";
  if (!isExcess || names.includes(word)) return error.message.replace(/^error: /, "");
  return `unknown command "${word}"${didYouMean(word, names)}; subjects and workloads are named with --subject and --workload`;
}
