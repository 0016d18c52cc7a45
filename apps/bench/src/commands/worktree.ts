/** Another revision in a folder of its own, with its dependencies installed and this bench over its packages. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../base/errors.ts";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

export interface Worktree {
  readonly commit: string;
  /** The worker there: this revision's bench, that revision's packages. */
  readonly worker: string;
  /** Removes the folder. Never throws. */
  remove(): void;
}

/** Throws `UsageError` where there is no such revision, and an `Error` where it can't be measured. */
export function addWorktree(revision: string, say: (line: string) => void): Worktree {
  const resolved = git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
  if (resolved.status !== 0) throw new UsageError(`--base: "${revision}" is no commit of this repository`);
  const commit = resolved.stdout.trim();
  const folder = join(mkdtempSync(join(tmpdir(), "ariax-base-")), "tree");
  const remove = (): void => {
    git("worktree", "remove", "--force", folder);
    rmSync(join(folder, ".."), { recursive: true, force: true });
  };
  try {
    const added = git("worktree", "add", "--detach", folder, commit);
    if (added.status !== 0) throw new Error(`git worktree: ${added.stderr.trim()}`);
    const bench = join(folder, "apps/bench");
    if (!existsSync(bench)) throw new Error(`${commit.slice(0, 10)} has no apps/bench: nothing can be measured there`);
    say(`installing the dependencies of ${commit.slice(0, 10)}`);
    install(folder);
    // Both sides are measured by the same code.
    const own = join(ROOT, "apps/bench");
    rmSync(join(bench, "src"), { recursive: true, force: true });
    cpSync(join(own, "src"), join(bench, "src"), { recursive: true });
    cpSync(join(own, "rivals"), join(bench, "rivals"), {
      recursive: true,
      filter: (path) => !path.includes("node_modules") && !path.endsWith("package.json"),
    });
    return { commit, worker: join(bench, "src/worker/main.ts"), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function git(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync("git", args, { cwd: ROOT, encoding: "utf8" });
}

/** By the package manager that runs this, or else by npx. */
function install(folder: string): void {
  const running = process.env.npm_execpath;
  const isPnpm = running !== undefined && /pnpm[^/\\]*$/.test(running);
  const [command, ...first] = !isPnpm
    ? ["npx", "--yes", "pnpm@12"]
    : /\.[cm]?js$/.test(running)
      ? [process.execPath, running]
      : [running];
  const { status, stderr, stdout } = spawnSync(command!, [...first, "install", "--frozen-lockfile"], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`the dependencies of the base could not be installed:\n${stdout}${stderr}`);
}
