/** What the commands share: where they write, and options that are checked as they are read. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../base/errors.ts";
import type { RunOptions } from "../run/run.ts";

export interface Streams extends Pick<RunOptions, "ask"> {
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
  readonly exit: (code: number) => void;
  /** What was typed, for who wants to do it again. */
  readonly command: string;
}

/** Where results go beside the folder of results. */
export interface Outputs {
  readonly json?: string;
  readonly html?: string;
}

export const addOutputs = (command: Command): Command =>
  command
    .option("--json <file>", "where the results go; - for the standard output instead of the tables")
    .option("--html <file>", "where the page goes");

/** An option that may be given again, with several values each, separated by spaces or commas. None of them is empty. */
export function listOption(flags: string, description: string): Option {
  return new Option(flags, description).default([], "").argParser((value: string, before: string[]) => {
    const names = value.split(",").map((name) => name.trim());
    if (names.includes("")) throw new InvalidArgumentError("It has an empty name.");
    return [...before, ...names];
  });
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

/** Throws where an option of a run stands before the name of a command that has none of them. */
export function refuseRunOptions(program: Command, command: string): void {
  const given = program.options.find((option) => program.getOptionValueSource(option.attributeName()) === "cli");
  if (given !== undefined) throw new UsageError(`${command} has no option ${given.long}`);
}
