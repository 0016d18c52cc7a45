/** A matrix of checks: each cell is one consumer, and says what is wrong with our packages there. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** What was tried, and what is wrong: nothing, where all is well. */
export interface Result {
  readonly what: string;
  readonly problems: readonly string[];
}

/** Work that ends in one or more results. What it throws is a problem, too. */
export interface Cell {
  readonly what: string;
  run(): Promise<readonly Result[]>;
}

/** A cell with one result. */
export const cell = (what: string, problems: () => Promise<readonly string[]>): Cell => ({
  what,
  run: async () => [{ what, problems: await problems() }],
});

/** Runs the cells, so many at a time, and gives the results of each once it is done. */
export async function runCells(cells: readonly Cell[], atOnce: number, done: (result: Result) => void): Promise<void> {
  const waiting = [...cells];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { what } = next;
      const results = await next.run().catch((error: Error) => [{ what, problems: [error.stack ?? String(error)] }]);
      for (const result of results) done(result);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

export interface Outcome {
  readonly code: number;
  /** What it printed, on both streams. */
  readonly output: string;
}

/** Runs a program to its end, without the paths that pnpm gives to what it starts: a user's project has none. */
export function start(
  command: string,
  args: readonly string[],
  cwd: string,
  more: Record<string, string> = {},
): Promise<Outcome> {
  const { NODE_PATH: _, ...env } = process.env;
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...env, ...more }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("error", (error) => resolve({ code: -1, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? -1, output: output.trim() }));
  });
}

/** None; or how it ended and what it printed. A program that says nothing of `expected` has failed, too. */
export function problemsOf({ code, output }: Outcome, expected = ""): string[] {
  if (code !== 0) return [`exit code ${code}`, output];
  return output.includes(expected) ? [] : [`it does not say "${expected}":`, output];
}

/** The file of a tool that this app depends on: `tool("next", "dist/bin/next")`. */
export function tool(name: string, file: string): string {
  return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), file);
}

export function versionOf(name: string): string {
  return createRequire(import.meta.url)(`${name}/package.json`).version;
}
