/**
 * As `stopped.ts`, but that they are processes: on one mapping that has no name in any of their heaps' calls. One is stopped by the system (SIGSTOP), wherever it is,
 * and later killed (SIGKILL); a lock on a file proves that it is dead. What does another one do meanwhile?
 *
 *     mapping   the heap │ control │ a line of each process: its call │ ring
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { holdLock, Region, watchLock } from "@ariax/native";
import { type Lost, SharedSlabAllocator } from "@ariax/slab";
import { sleep } from "./control.ts";
import { BYTES, HEAP, partsOf } from "./mapped.ts";
import type { StoppedObservation, ThreadRequest, Victim } from "./protocol.ts";
import { looksIn, ratesIn } from "./rates.ts";
import { CALLS } from "./steps.ts";

/** That it is stopped, and in a call: so often it is tried. */
const TRIES = 1000;

class NoSignalsError extends Error {
  readonly code = "ERR_SIGNALS_UNAVAILABLE";
}

export async function measure({ budget }: ThreadRequest): Promise<StoppedObservation> {
  if (process.platform === "win32") throw new NoSignalsError("Windows does not stop processes");
  const count = budget.seconds < 10 ? 1 : 5;
  const most = looksIn(budget.seconds);
  const folder = mkdtempSync(join(tmpdir(), "ariax-stopped-"));
  const [file, lock] = [join(folder, "heap"), join(folder, "locks")];
  const processes: ChildProcess[] = [];
  try {
    using region = Region.map({ file, bytes: BYTES });
    const { control, callOf } = partsOf(region);
    const heap = new SharedSlabAllocator({ buffer: region.buffer, byteLength: HEAP, lanes: count + 2 });
    holdLock(heap, { lock }); // who reclaims must be able to be proven dead itself
    const start = async (thread: number): Promise<{ process: ChildProcess; ticket: number }> => {
      const ticket = heap.ticket();
      const program = fileURLToPath(new URL("victim-process.ts", import.meta.url));
      const child = spawn(process.execPath, [program, file, lock, `${ticket}`, `${thread}`], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      processes.push(child);
      const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`process ${thread} ended: ${code}`)));
      ended.catch(() => {});
      await Promise.race([once(child.stdout!, "data"), ended]);
      return { process: child, ticket };
    };
    await start(0);
    ratesIn(control, most);
    const victims: Victim[] = [];
    for (let thread = 1; thread <= count; thread++) {
      const { process: victim, ticket } = await start(thread);
      ratesIn(control, 3);
      const running = ratesIn(control, most);
      const call = await stopIn(victim, callOf(thread));
      const stopped = ratesIn(control, most);
      const lost = new Promise<Lost>((then) => void watchLock(heap, ticket, lock, then, { interval: 1 }));
      victim.kill("SIGKILL");
      const { blocks } = await lost;
      victims.push({ call: CALLS[call]!, running, stopped, killed: ratesIn(control, most), blocks });
    }
    return { victims };
  } finally {
    for (const child of processes) child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
}

/** Stops a process in a call of its heap; in which. */
async function stopIn(victim: ChildProcess, call: Int32Array): Promise<number> {
  for (let i = 0; i < TRIES; i++) {
    victim.kill("SIGSTOP");
    // It takes effect before long; what was written last stays from then on.
    sleep(5);
    const now = Atomics.load(call, 0);
    if (now !== 0) return now;
    victim.kill("SIGCONT");
    sleep(1 + (i % 7));
  }
  throw new Error("the process was never stopped in a call");
}
