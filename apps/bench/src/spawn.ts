import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandInC } from "./c/command.ts";
import { type Invocation, type Observation, parseObservation, type Request } from "./protocol.ts";
import { isInC, SUBJECTS } from "./subjects.ts";
import { RESULTS } from "./write.ts";

/** The worker of this folder; `compare` passes that of another revision. */
export const WORKER: string = fileURLToPath(new URL("worker.ts", import.meta.url));

const COMPILE_CACHE = join(RESULTS, ".compile-cache");

/** Processes that run now: at most one, but `stop` asks no questions. */
const running = new Set<ChildProcess>();

/** Ends what runs. Their observations come back with an error. */
export function killWorkers(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** One observation, in a process of its own. Never rejects: what goes wrong is the observation's `error`. */
export async function observeInProcess(request: Request, worker: string = WORKER): Promise<Observation> {
  const subject = SUBJECTS.find(({ name }) => name === request.subject);
  // Long after the worker should have stopped by itself: it hangs in one call.
  const patience = 15_000 + 3 * request.budget + 5 * request.limit;
  try {
    const invocation = subject && isInC(subject) ? await commandInC(subject, request) : inNode(request, worker);
    const answer = await ask(invocation, patience);
    return "error" in answer ? answer : parseObservation(answer.output);
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** A worker in Node, which finds its request in its first argument. */
export const inNode = (request: unknown, worker: string, flags: readonly string[] = []): Invocation => ({
  command: process.execPath,
  args: [...flags, worker, JSON.stringify(request)],
  // Halves what it takes to start: the modules' types are stripped and parsed once, not in every process.
  env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
});

/** What a process prints, or one line that says what went wrong. `patience` in ms. Never rejects. */
export function ask(
  { command, args, env }: Invocation,
  patience: number,
): Promise<{ readonly output: string } | { readonly error: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
    running.add(child);
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, patience);
    let output = "";
    let complaints = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
    const finish = (answer: { output: string } | { error: string }): void => {
      clearTimeout(timer);
      running.delete(child);
      resolve(answer);
    };
    child.on("error", (error) => finish({ error: `the worker did not start: ${error.message}` }));
    child.on("close", (code, signal) => {
      if (hung) finish({ error: `hangs: no answer in ${Math.round(patience / 1000)} s` });
      else if (code === 0) finish({ output });
      else finish({ error: reason(complaints) ?? `the worker ended with ${signal ?? `exit code ${code}`}` });
    });
  });
}

/** The error's own line in what Node prints of an uncaught one; or the only line, as a program in C gives it. */
function reason(complaints: string): string | undefined {
  const ofNode = /^\[?(?:Uncaught )?(\w*Error\b[^{\n]*?)[\] {]*$/m.exec(complaints)?.[1];
  const [only, ...others] = complaints.trim().split("\n") as [string, ...string[]];
  return ofNode ?? (only !== "" && others.length === 0 ? only : undefined);
}
