import { execFileSync } from "node:child_process";
import { cpus, release, type as system, totalmem } from "node:os";

/** Where and with what a run was made. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  readonly commit: string;
}

export function machine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${system()} ${release()} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    commit: commit(),
  };
}

/** The machine and the versions, for the first line of a report. */
export const machineLine = ({ cpu, cores, node, v8, commit }: Machine): string =>
  `${cpu}, ${cores} cores, Node ${node}, V8 ${v8}, commit ${commit}`;

/** The commit, marked where files differ from it; "unknown" outside of a clone. */
function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync("git", args, {
      cwd: import.meta.dirname,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") === "" ? "" : " with changes");
  } catch {
    return "unknown";
  }
}
