/**
 * Runs a command on a machine that is busy: `pnpm busy [--load N] [--quarter] [--times N] -- COMMAND...`
 *
 *   --load N     beside N processes that never rest
 *   --quarter    with a quarter of the time of all cores: by a cgroup where one may be made, else stopped for three quarters
 *   --times N    N times, or until it fails
 *
 * The exit code is the command's. SIGINT and SIGTERM are passed on to it and to all that it has started; what this script
 * started is gone when it ends.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { join } from "node:path";
import { cgroup, dutyCycle, load, parse, removeGroup, USAGE } from "./lib/busy.ts";

const options = parse(process.argv.slice(2));
if (typeof options === "string") {
  console.error(`${options}\n${USAGE}`);
  process.exit(2);
}
const { part, times, command } = options;
const say = (line: string) => console.error(`busy: ${line}`);

/** The command's group of processes: a session of its own, so that signals reach all of it. */
let running: ChildProcess | undefined;
let interrupted: NodeJS.Signals | undefined;
function send(signal: NodeJS.Signals): void {
  try {
    if (running?.pid !== undefined) process.kill(-running.pid, signal);
  } catch {
    // it has ended
  }
}
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // Asked twice, it is not asked any more.
    send(interrupted === undefined ? signal : "SIGKILL");
    interrupted = signal;
  });
}

/** Runs the command once: its exit code, as a shell has it. */
async function run(group: string | undefined): Promise<number> {
  const enter = ["-c", `echo $$ > "$0" && exec "$@"`, join(group ?? "", "cgroup.procs")];
  const [program, ...args] = group === undefined ? command : ["sh", ...enter, ...command];
  running = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], detached: true });
  const cycled = part < 1 && group === undefined;
  const after = (ms: number, then: () => void) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  };
  const end = cycled ? dutyCycle(part, { send, after }) : () => {};
  try {
    const [code, signal] = (await once(running, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal!];
  } catch (error) {
    say((error as Error).message);
    return 127;
  } finally {
    end();
    send("SIGKILL"); // what it has left behind
    running = undefined;
  }
}

const others = load(options.load);
if (others.length > 0) say(`${others.length} processes never rest: ${others.map(({ pid }) => pid).join(", ")}`);
const group = part < 1 ? cgroup(part) : undefined;
if (part < 1) say(`${100 * part} % of all cores, by ${group ?? "stopping it for the rest of each 100 ms"}`);
let code = 0;
try {
  for (let i = 1; i <= times && code === 0 && interrupted === undefined; i++) {
    code = await run(group);
    say(`run ${i} of ${times}: exit code ${code}`);
  }
} finally {
  for (const other of others) other.kill("SIGKILL");
  await Promise.all(others.map((other) => other.exitCode ?? other.signalCode ?? once(other, "exit")));
  if (group !== undefined) await removeGroup(group);
}
process.exitCode = code;
