/** Starting other programs, the same on every system. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Outcome {
  readonly code: number;
  /** What it printed, on both streams. */
  readonly output: string;
}

const WINDOWS = process.platform === "win32";

/** Runs a program to its end, in this process's environment and `more` of it. On Windows `npm` and `npx` are batch files, and those need a shell. */
export function run(command: string, args: readonly string[], cwd: string, more: Record<string, string> = {}): Outcome {
  const shell = WINDOWS && /^np[mx]$/.test(command);
  const env = { ...process.env, ...more };
  const result = spawnSync(command, args, { cwd, env, shell, encoding: "utf8", maxBuffer: 1 << 26, timeout: 600_000 });
  if (result.error !== undefined) return { code: -1, output: `${command}: ${result.error.message}` };
  return { code: result.status ?? -1, output: `${result.stdout}${result.stderr}`.trim() };
}

/** Runs the pnpm that runs this script; where none does, the one that npx finds. */
export function pnpm(args: readonly string[], cwd: string): Outcome {
  const self = process.env.npm_execpath ?? "";
  if (!self.includes("pnpm")) return run("npx", ["--yes", "pnpm@12", ...args], cwd);
  return /\.[cm]?js$/.test(self) ? run(process.execPath, [self, ...args], cwd) : run(self, args, cwd);
}

/** The host's own Node: the first on the path that no package brought. */
export function hostNode(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  return folders.map((folder) => join(folder, WINDOWS ? "node.exe" : "node")).find((file) => existsSync(file));
}

/** The problems of an outcome, for a tally: none, or what it printed. */
export function failure({ code, output }: Outcome): string[] {
  return code === 0 ? [] : [`exit code ${code}`, output];
}
