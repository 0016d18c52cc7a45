/** An observation, in a process of its own: a worker in Node, a program in C, or a browser. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lineOf } from "../base/errors.ts";
import { RESULTS } from "../base/results.ts";
import { isInC } from "../subjects/subject.ts";
import { SUBJECTS } from "../subjects/subjects.ts";
import type { Answer, Task } from "../worker/protocol.ts";
import type { BrowserRequest } from "../workloads/browser/observe.ts";
import type { HeapRequest } from "../workloads/heap/observe.ts";
import { commandInC, type Invocation } from "./c-program.ts";

/** The worker of this tree. */
export const WORKER: string = fileURLToPath(new URL("../worker/main.ts", import.meta.url));

const COMPILE_CACHE = join(RESULTS, ".compile-cache");

/** Never rejects: what goes wrong is the answer. The signal ends what runs. */
export async function ask(task: Task, signal?: AbortSignal): Promise<Answer> {
  const { request, patience } = task;
  try {
    if (request.kind === "browser") {
      const { observe } = await import("../workloads/browser/observe.ts");
      return await observe(request as BrowserRequest, { signal });
    }
    const subject = SUBJECTS.find(({ kind, name }) => kind === request.kind && name === request.subject);
    if (subject === undefined || !isInC(subject)) return await answerOf(inNode(task), patience, signal);
    const invocation = await commandInC(subject, request as HeapRequest);
    return "unavailable" in invocation ? invocation : await answerOf(invocation, patience, signal);
  } catch (error) {
    return { error: lineOf(error) };
  }
}

/** A worker in Node, which finds its request in its first argument. */
export const inNode = ({ request, flags = [], isCold, worker = WORKER }: Task): Invocation => ({
  command: process.execPath,
  args: [...flags, worker, JSON.stringify(request)],
  // Halves what it takes to start: the modules' types are stripped and parsed once, not in every process.
  env: isCold ? {} : { NODE_COMPILE_CACHE: COMPILE_CACHE },
});

/** What a process answers, or one line that says what went wrong. */
function answerOf({ command, args, env }: Invocation, patience: number, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { signal, killSignal: "SIGKILL", env: { ...process.env, ...env } } as const;
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, patience);
    let output = "";
    let complaints = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
    const finish = (answer: Answer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    child.on("error", (error) => finish({ error: `the worker did not start: ${error.message}` }));
    child.on("close", (code, killed) => {
      if (hung) finish({ error: `hangs: no answer in ${Math.round(patience / 1000)} s` });
      else if (code === 0) finish(parse(output));
      else finish({ error: reason(complaints) ?? `the worker ended with ${killed ?? `exit code ${code}`}` });
    });
  });
}

/** What a worker printed; what can't be read is an error. */
export function parse(output: string): Answer {
  try {
    const value: unknown = JSON.parse(output);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Not JSON: reported below.
  }
  return { error: `unreadable answer of the worker: ${JSON.stringify(output.slice(0, 80))}` };
}

/** The error's own line in what Node prints of an uncaught one; or the only line, as a program in C gives it. */
function reason(complaints: string): string | undefined {
  const ofNode = /^\[?(?:Uncaught )?(\w*Error\b[^{\n]*?)[\] {]*$/m.exec(complaints)?.[1];
  const [only, ...others] = complaints.trim().split("\n") as [string, ...string[]];
  return ofNode ?? (only !== "" && others.length === 0 ? only : undefined);
}
