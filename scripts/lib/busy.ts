/**
 * A machine that has less to give: others keep its cores busy, or a command gets a part of its time only.
 *
 *   load(n)      n processes that never rest, beside the command
 *   a cgroup     the kernel gives the command, and all that it starts, a part of the time and no more
 *   dutyCycle    where there is none: the command's processes run for a part of each period, and are stopped for the rest
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

export interface Options {
  /** Processes that never rest. */
  readonly load: number;
  /** The part of all cores' time that the command gets: 1 is all. */
  readonly part: number;
  /** How often the command runs. */
  readonly times: number;
  readonly command: readonly string[];
}

export const USAGE = "usage: pnpm busy [--load PROCESSES] [--quarter] [--times N] -- COMMAND...";

/** The options, or what is wrong with them. */
export function parse(args: readonly string[]): Options | string {
  let [load, part, times] = [0, 1, 1];
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--") {
      const command = args.slice(i + 1);
      return command.length > 0 ? { load, part, times, command } : "there is no command behind --";
    }
    if (args[i] === "--quarter") part = 1 / 4;
    else if (args[i] === "--load" || args[i] === "--times") {
      const count = Number(args[i + 1]);
      if (!(Number.isInteger(count) && count > 0))
        return `${args[i]}: "${args[i + 1] ?? ""}" is no number of 1 and more`;
      if (args[i++] === "--load") load = count;
      else times = count;
    } else return `unknown option: ${args[i]}`;
  }
  return "there is no -- with a command behind it";
}

/** Never rests, and ends with the process that started it, however that ended. */
const RESTLESS = "const { ppid } = process; while (process.ppid === ppid) for (let i = 0; i < 1e8; i++);";

export function load(processes: number): ChildProcess[] {
  return Array.from({ length: processes }, () => spawn(process.execPath, ["-e", RESTLESS], { stdio: "ignore" }));
}

/** The files of cgroups by which a group gets a part of the time: version 2 of them, and 1. */
const CGROUPS = [
  { root: "/sys/fs/cgroup", file: "cpu.max", text: (us: number, period: number) => `${us} ${period}` },
  { root: "/sys/fs/cgroup/cpu", file: "cpu.cfs_quota_us", text: (us: number) => `${us}` },
];

/** A new group that gets a part of all cores' time, by its folder; none where that may not be made. */
export function cgroup(part: number): string | undefined {
  const period = 100_000; // us, the default of both
  for (const { root, file, text } of CGROUPS) {
    const folder = join(root, `ariax-busy-${process.pid}`);
    try {
      mkdirSync(folder);
    } catch {
      continue;
    }
    try {
      writeFileSync(join(folder, file), text(Math.round(part * availableParallelism() * period), period), {
        flag: "r+",
      });
      return folder;
    } catch {
      rmdirSync(folder);
    }
  }
  return undefined;
}

/** Removes a group, and ends what is left in it. */
export async function removeGroup(folder: string): Promise<void> {
  const pids = () => readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  for (let left = pids(); left.length > 0; left = pids()) {
    for (const pid of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it has ended
      }
    }
    await setTimeout(10);
  }
  rmdirSync(folder);
}

/** What a duty cycle acts by: made up, in a test. */
export interface Hands {
  /** Sends a signal to all processes of the command. */
  send(signal: "SIGSTOP" | "SIGCONT"): void;
  /** Calls back after so many ms, and gives what calls that off. */
  after(ms: number, then: () => void): () => void;
}

const PERIOD = 100;

/** Lets the command run for `part` of each 100 ms, until what it returns is called: then it runs on. */
export function dutyCycle(part: number, { send, after }: Hands): () => void {
  let callOff: () => void;
  const run = () => {
    send("SIGCONT");
    callOff = after(part * PERIOD, stop);
  };
  const stop = () => {
    send("SIGSTOP");
    callOff = after((1 - part) * PERIOD, run);
  };
  callOff = after(part * PERIOD, stop);
  return () => {
    callOff();
    send("SIGCONT");
  };
}
