import { checkInteger, readOptions } from "@ariax/allocator/implement";
import { Random } from "../random.ts";
import type { Program, ProgramOptions } from "./program.ts";

/** What a program counts, and the sum of what it read. */
export class Tally {
  steps = 0;
  made = 0;
  resized = 0;
  ended = 0;
  sum = 0;

  /** Something ended, of which `read` was read. */
  end(read: number): void {
    this.ended++;
    this.read(read);
  }

  read(value: number): void {
    this.sum = (this.sum + value) | 0;
  }
}

/** A parameter: what it is unless given, and at most. */
type Parameter = readonly [usual: number, most: number];

/** Reads the options: the seed, and the parameters, whole numbers from 1 on. Throws `InvalidArgumentError`. */
export function beginProgram<N extends string>(
  options: ProgramOptions,
  parameters: Readonly<Record<N, Parameter>>,
): Record<N, number> & { readonly random: Random; readonly tally: Tally } {
  const all = Object.entries<Parameter>(parameters);
  const known = ["seed", ...all.map(([name]) => name)];
  const read = readOptions<object>(options, known) as Readonly<Record<string, number>>;
  const numbers = all.map(([name, [usual, most]]) => [name, checkInteger(name, read[name] ?? usual, 1, most)]);
  const random = new Random(read.seed ?? 1);
  return { ...(Object.fromEntries(numbers) as Record<N, number>), random, tally: new Tally() };
}

/** A program of its `step`, and of the `end` of all that is live. `follow` is called first: the memory may be another by now. */
export function programOf(tally: Tally, step: () => void, end: () => void, follow: () => void): Program {
  return {
    run(steps) {
      checkInteger("steps", steps, 0, Number.MAX_SAFE_INTEGER);
      follow();
      for (let n = 0; n < steps; n++) {
        step();
        tally.steps++;
      }
    },
    end() {
      follow();
      end();
    },
    checksum: () => tally.sum >>> 0,
    counts: () => ({ steps: tally.steps, made: tally.made, resized: tally.resized, ended: tally.ended }),
  };
}
