/**
 * Whether something makes garbage: it is done again and again, until JavaScript's heap is left alone for a whole round. What is yet to be
 * compiled makes some too; garbage of what is done is in each round. For a Node that was started with `FLAGS`.
 */
import { execFileSync } from "node:child_process";
import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";

/**
 * Code is compiled when its calls make it due, and not in the background.
 * tried: in the background; measured: on a machine where five others wait, the 30 rounds were over before it was.
 */
export const FLAGS: readonly string[] = ["--expose-gc", "--no-concurrent-recompilation"];

/** What such a script prints. */
export function outputOf(script: string, ...args: string[]): string {
  return execFileSync(process.execPath, [...FLAGS, script, ...args], { encoding: "utf8" });
}

export interface Round {
  /** Bytes by which the heap has grown. */
  readonly delta: number;
  /** How often it was collected. */
  readonly collections: number;
}

/** Asking for the heap's size takes some bytes itself; a number object for every hundredth call of a million takes more. */
const LIMIT = 64 * 1024;
/** Where the heap has become smaller, the collector is still sweeping what was garbage before: that would hide as much of what is new. */
const LEAST = -4 * 1024;
const MOST_ROUNDS = 30;

/** Rounds of `churn`, up to the first that makes no garbage; 30, if all do. */
export async function rounds(churn: () => void): Promise<Round[]> {
  const { gc } = globalThis as unknown as { gc: () => void };
  const found: Round[] = [];
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  while (found.length < MOST_ROUNDS && !found.some(isQuiet)) {
    gc();
    await turns();
    observer.observe({ entryTypes: ["gc"] });
    collections = 0;
    const before = process.memoryUsage().heapUsed;
    churn();
    const delta = process.memoryUsage().heapUsed - before;
    await turns();
    observer.disconnect();
    found.push({ delta, collections });
  }
  return found;
}

export function isQuiet({ delta, collections }: Round): boolean {
  return collections === 0 && delta > LEAST && delta < LIMIT;
}

/** Until the observer has been told of what has happened. */
async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await setImmediate();
}
