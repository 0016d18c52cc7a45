/** Threads of a C program, on an allocator in C: what `../../../native/threads.c` measures. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { buildThreads } from "../../subjects/c/compile.ts";
import { C_ENV, readyC } from "../../subjects/c/ready.ts";
import { type CSubject, isInC } from "../../subjects/subject.ts";
import { SUBJECTS } from "../../subjects/subjects.ts";
import { type Turns, WAITING } from "../../worker/turns.ts";
import type { HeldObservation, ThreadRequest, WindowsObservation } from "./protocol.ts";

/** What is not here is no fault. */
class UnavailableError extends Error {
  readonly code = "ERR_UNAVAILABLE";
}

const subjectInC = (name: string): CSubject | undefined =>
  SUBJECTS.find((subject): subject is CSubject => subject.name === name && isInC(subject));
export const isOfC = (name: string): boolean => subjectInC(name) !== undefined;

export async function measure({ subject, budget }: ThreadRequest, turns: Turns): Promise<WindowsObservation> {
  const { window, warm, repeats } = budget;
  return run<WindowsObservation>(subject, ["xmalloc", String(window), String(warm), String(repeats)], turns);
}

export const heldInC = (subject: string, seconds: number): Promise<HeldObservation> =>
  run<HeldObservation>(subject, ["held", String(seconds), "120"], async () => false);

/** Passes turns on. */
async function run<T>(name: string, args: readonly string[], next: () => Promise<boolean>): Promise<T> {
  const subject = subjectInC(name)!;
  const built = buildThreads(subject.engine ? "engine" : "libraries");
  if ("reason" in built) throw new UnavailableError(built.reason);
  const ready = readyC(subject);
  if ("reason" in ready) throw new UnavailableError(ready.reason);
  const env = { ...process.env, ...C_ENV };
  const child = spawn(built.path, [name, ready.library, ...args], { env, stdio: ["pipe", "pipe", "pipe"] });
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  child.stdin.on("error", () => {});
  let last = "";
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== WAITING) last = line;
    else if (await next()) child.stdin.write("\n");
    else child.stdin.end();
  }
  if (last === "") throw new Error(complaints.trim() || "the program in C says nothing");
  return JSON.parse(last) as T;
}
