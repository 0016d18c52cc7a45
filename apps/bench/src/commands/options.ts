/** What the commands share: where they write, and options of more than one word. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../select.ts";

export interface Streams {
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
  readonly exit: (code: number) => void;
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

/** Throws where an option of a run stands before the name of a command that has none of them. */
export function refuseRunOptions(program: Command, command: string): void {
  const given = program.options.find((option) => program.getOptionValueSource(option.attributeName()) === "cli");
  if (given !== undefined) throw new UsageError(`${command} has no option ${given.long}`);
}
