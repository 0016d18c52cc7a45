/** An observation, in a process of its own: a worker in Node, a program in C, or a browser. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lineOf } from "../base/errors.ts";
import { RESULTS } from "../base/results.ts";
import { isInC } from "../subjects/subject.ts";
import { SUBJECTS } from "../subjects/subjects.ts";
import type { Answer, Task } from "../worker/protocol.ts";
import { WAITING } from "../worker/turns.ts";
import type { BrowserRequest } from "../workloads/browser/observe.ts";
import type { HeapRequest } from "../workloads/heap/observe.ts";
import { commandInC, type Invocation } from "./c-program.ts";

/** The worker of this tree. */
export const WORKER: string = fileURLToPath(new URL("../worker/main.ts", import.meta.url));

const COMPILE_CACHE = join(RESULTS, ".compile-cache");

/** A process that has been started. */
export interface Player {
  /** Gives it a turn, and waits for its end; what has answered already has none. */
  turn(): Promise<void>;
  /** There are no more turns: what it says in the end. */
  end(): Promise<Answer>;
}

/** One that answers without a turn. */
const answering = (answer: Answer): Player => ({ turn: async () => {}, end: async () => answer });

/** A process of its own, which answers by itself. Never rejects: what goes wrong is the answer. The signal ends what runs. */
export async function ask(task: Task, signal?: AbortSignal): Promise<Answer> {
  return (await start(task, signal)).end();
}

/** Starts a process, and waits until it waits for its first turn, if it takes turns. Never rejects, as `ask`. */
export async function start(task: Task, signal?: AbortSignal): Promise<Player> {
  const { request } = task;
  try {
    if (request.kind === "browser") {
      const { observe } = await import("../workloads/browser/observe.ts");
      return answering(await observe(request as BrowserRequest, { signal }));
    }
    const subject = SUBJECTS.find(({ kind, name }) => kind === request.kind && name === request.subject);
    if (subject === undefined || !isInC(subject)) return await startProcess(inNode(task), task, signal);
    const invocation = await commandInC(subject, request as HeapRequest);
    return "unavailable" in invocation ? answering(invocation) : await startProcess(invocation, task, signal);
  } catch (error) {
    return answering({ error: lineOf(error) });
  }
}

/** A worker in Node, which finds its request in its first argument. */
export const inNode = ({ request, flags = [], isCold, worker = WORKER }: Task): Invocation => ({
  command: process.execPath,
  args: [...flags, worker, JSON.stringify(request)],
  // Halves what it takes to start: the modules' types are stripped and parsed once, not in every process.
  env: isCold ? {} : { NODE_COMPILE_CACHE: COMPILE_CACHE },
});

/** Its answer is what it prints last, or one line that says what went wrong. */
async function startProcess({ command, args, env }: Invocation, task: Task, signal?: AbortSignal): Promise<Player> {
  const { request, patience } = task;
  const options = { signal, killSignal: "SIGKILL", env: { ...process.env, ...env } } as const;
  const child = spawn(command, args, { ...options, stdio: ["pipe", "pipe", "pipe"] });
  let hung = false;
  let timer: NodeJS.Timeout | undefined;
  /** Only while it works: it may wait as long as the others need. */
  const watch = (): void => {
    timer = setTimeout(() => {
      hung = true;
      child.kill("SIGKILL");
    }, patience);
  };
  let output = "";
  let complaints = "";
  /** Called where it waits for a turn, and at its end. */
  let isWaiting = (): void => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (output.endsWith(`${WAITING}\n`)) isWaiting();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  // It may be gone.
  child.stdin.on("error", () => {});
  const answer = new Promise<Answer>((resolve) => {
    child.on("error", (error) => resolve({ error: `the worker did not start: ${error.message}` }));
    child.on("close", (code, killed) => {
      if (hung) resolve({ error: `hangs: no answer in ${Math.round(patience / 1000)} s` });
      else if (code === 0) resolve(parse(output));
      else resolve({ error: reason(complaints) ?? `the worker ended with ${killed ?? `exit code ${code}`}` });
    });
  });
  let isOver = false;
  const over = answer.then((value) => {
    isOver = true;
    clearTimeout(timer);
    isWaiting();
    return value;
  });
  const untilItWaits = async (): Promise<void> => {
    if (isOver) return;
    watch();
    await new Promise<void>((resolve) => (isWaiting = resolve));
    clearTimeout(timer);
  };
  if (request.takesTurns) await untilItWaits();
  return {
    async turn() {
      child.stdin.write("\n");
      await untilItWaits();
    },
    end() {
      if (!isOver) watch();
      child.stdin.end();
      return over;
    },
  };
}

/** What a worker printed; what can't be read is an error. */
export function parse(output: string): Answer {
  const line = output.slice(output.lastIndexOf(`${WAITING}\n`) + 1).trim();
  try {
    const value: unknown = JSON.parse(line);
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
