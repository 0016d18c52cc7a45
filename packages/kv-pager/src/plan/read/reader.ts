/** What the readers have in common: lines in, prompts out. A further format is a file beside this one, and an entry in `formats.ts`. */
import type { BlockHash } from "../hashes.ts";
import { canonical, refusal } from "../hashes.ts";
import type { Prompt } from "../planner.ts";
import { kindOf } from "./json.ts";
import { LineError } from "./line-error.ts";

/** Who takes the prompts: a planner. */
export interface Sink {
  add(prompt: Prompt): void;
  clear(): void;
  /** A line's time, in ms, of each that has one; `add` may come later. */
  time(at: number): void;
}

export interface Reader {
  /** Tokens of a block, unless the trace, or the user, says otherwise. */
  readonly blockTokens: number;
  /** A line that is not blank, without its end. Throws `LineError`, and has taken nothing of the line. */
  line(text: string): void;
  /** The same, of formats that have a binary form too: what a line would be, decoded. */
  value?(value: unknown): void;
  /** The trace is at its end. */
  end(): void;
  /** What the user should know of what was read, a line each. */
  notes(): string[];
}

export interface Format {
  readonly name: string;
  /** One line, for the help. */
  readonly what: string;
  readonly create: (sink: Sink) => Reader;
}

/** The hashes of a list, if all are hashes; else throws `LineError`. */
export function hashesOf(name: string, value: unknown): BlockHash[] {
  if (!Array.isArray(value))
    throw new LineError(value === undefined ? `${name} is missing` : `${name} is ${kindOf(value)}, no array`);
  for (let i = 0; i < value.length; i++) {
    if (canonical(value[i]) === undefined) throw new LineError(`${name}[${i}]: ${refusal(value[i])}`);
  }
  return value;
}
