/** Threads that work on one heap, and what they share beside it. */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import type { SharedSlabAllocator } from "../../src/index.ts";
import type { Member, Shape } from "./board.ts";
import { ledgerFor } from "./stamped.ts";

export interface Team {
  readonly heap: SharedSlabAllocator;
  readonly ledger: SharedArrayBuffer;
  readonly board: Int32Array<SharedArrayBuffer>;
  readonly threads: number;
  readonly rounds: number;
}

/** A team for a heap: `words` of its board are 0. */
export function teamOf(heap: SharedSlabAllocator, threads: number, rounds: number, words: number): Team {
  const board = new Int32Array(new SharedArrayBuffer(4 * words));
  return { heap, ledger: ledgerFor(heap.capacity), board, threads, rounds };
}

const scripts = new Map<string, Promise<string>>();

/** A script beside this one and all that it imports, in one: a thread that strips types from 30 files needs 300 ms for it. */
export function bundled(script: string, format: "cjs" | "esm" = "cjs"): Promise<string> {
  const known = scripts.get(script);
  if (known !== undefined) return known;
  const entryPoints = [fileURLToPath(new URL(script, import.meta.url))];
  const platform = format === "cjs" ? "node" : "browser";
  const made = build({ entryPoints, bundle: true, format, platform, write: false });
  const text = made.then(({ outputFiles }) => outputFiles[0].text);
  scripts.set(script, text);
  return text;
}

/** Starts a thread of a team. */
export function start({ heap, ledger, board, threads, rounds }: Team, code: string, more: Partial<Member>): Worker {
  const buffer = heap.memory.buffer as SharedArrayBuffer;
  const workerData = { buffer, ledger, board: board.buffer, ticket: heap.ticket(), threads, rounds, ...more };
  return new Worker(code, { eval: true, workerData });
}

/** What a thread says at its end; fails as it fails, and where it ends without a word. */
export async function said(worker: Worker): Promise<unknown> {
  const [answer] = await Promise.race([
    once(worker, "message"),
    once(worker, "exit").then(([code]) => Promise.reject(new Error(`a thread ended with ${code}, and said nothing`))),
  ]);
  return answer;
}

/** Runs all the threads of a team to their end; what each said. */
export async function runTeam(team: Team, shape: Shape, seed = 1): Promise<unknown[]> {
  const code = await bundled("shapes.ts");
  const workers = Array.from({ length: team.threads }, (_, i) => {
    return start(team, code, { shape, thread: i + 1, seed: seed * 100 + i });
  });
  const ends = workers.map((worker) => once(worker, "exit"));
  try {
    return await Promise.all(workers.map(said));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
    await Promise.all(ends);
  }
}
