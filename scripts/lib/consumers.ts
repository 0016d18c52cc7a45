/** apps/consumers, a workspace of its own: installs its tools, compiles it, and lets it try what was packed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Consumed, readLine } from "../../apps/consumers/src/lines.ts";
import { failure, pnpm, run } from "./run.ts";
import { ROOT } from "./workspace.ts";

const APP = join(ROOT, "apps/consumers");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** `check` is called with each result as it comes. */
export async function consume(
  consumed: Consumed,
  check: (what: string, problems: readonly string[]) => void,
): Promise<void> {
  console.log("note    the tools of apps/consumers are installed: a gigabyte, if they are not there yet");
  const installed = failure(pnpm(["install", "--frozen-lockfile"], APP));
  check("the tools of apps/consumers install", installed);
  if (installed.length > 0) return;
  check("apps/consumers compiles", failure(run(process.execPath, [TSC, "-p", "."], APP)));

  const main = [join(APP, "src/main.ts"), JSON.stringify(consumed)];
  const child = spawn(process.execPath, main, { cwd: APP, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  for await (const text of createInterface({ input: child.stdout })) {
    const line = readLine(text);
    if (line === undefined) console.log(text);
    else if ("note" in line) console.log(`note    ${line.note}`);
    else check(line.what, line.problems);
  }
  const [code, signal] = await ended;
  check("all consumers were tried", code === 0 ? [] : [`ended with ${code ?? signal}`]);
}
