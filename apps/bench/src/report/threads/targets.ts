/** What the heap with lanes set out to reach, from one run. What is shown is rounded to the side that is worse. */
import type { Target } from "../shown.ts";
import type { Figures, Paired, Side } from "./figures.ts";
import { intervalOf } from "./figures.ts";
import type { Parts } from "./parts.ts";

export function targetsOf(parts: Parts, figures: Figures): Target[] {
  const targets: Target[] = [];
  /** A ratio that is to be no more, or no less, than wanted. */
  const add = (
    what: string,
    value: number | undefined,
    sign: "≤" | "≥",
    wanted: number,
    low?: number,
    high?: number,
  ) => {
    if (value === undefined || Number.isNaN(value)) return;
    targets.push({
      ...{
        what,
        value: times(value, sign),
        wanted: `${sign} ${wanted}×`,
        ok: sign === "≤" ? value <= wanted : value >= wanted,
      },
      ...(low !== undefined && high !== undefined && { interval: `${low.toFixed(2)}–${high.toFixed(2)}` }),
    });
  };
  const addPaired = (what: string, paired: Paired | undefined, sign: "≤" | "≥", wanted: number): void => {
    const interval = paired && intervalOf(paired);
    add(what, paired?.value, sign, wanted, interval?.low, interval?.high);
  };
  const ratio = (workload: string, above: Side, below: Side): Paired | undefined =>
    figures.ratio(workload, above, below);
  const mode = "2";

  const { value, interval } = parts.tracesMean ?? {};
  add("lanes ÷ private heap, one thread, seven traces", value, "≤", 1.1, interval?.low, interval?.high);
  addPaired("throughput of two threads ÷ one, a trace each", figures.speedup("own", "lanes"), "≥", 1.9);
  const loop = "nothing";
  addPaired(
    "xmalloc, net: a block that the other thread frees ÷ one that its own frees",
    ratio("xmalloc", { subject: "lanes", mode, loop }, { subject: "lanes", mode: "1", loop }),
    "≤",
    3,
  );
  const loopC = "nothing-c";
  addPaired(
    "the same in C ÷ mimalloc, two pthreads, net",
    ratio("xmalloc-c", { subject: "engine-c", mode, loop: loopC }, { subject: "mimalloc", mode, loop: loopC }),
    "≤",
    1.5,
  );
  const lanes = { subject: "lanes", mode };
  addPaired("two threads: a spin lock's time ÷ ours", ratio("own", { subject: "spin", mode }, lanes), "≥", 5);
  addPaired("two threads: a wait/notify lock's time ÷ ours", ratio("own", { subject: "wait", mode }, lanes), "≥", 10);
  for (const [kib, wanted] of [
    [1, 5],
    [64, 50],
  ] as const) {
    const [copies, offset] = ["copies", "offset"].map((subject) => ({ subject, mode: "bare" })) as [Side, Side];
    const what = `a record of ${kib} KiB handed over: a copy's time ÷ an offset's`;
    addPaired(what, ratio(`hand-over-${kib}`, copies, offset), "≥", wanted);
  }
  addPaired(
    "cache-scratch, two threads ÷ one",
    ratio("cache-scratch", lanes, { subject: "lanes", mode: "1" }),
    "≤",
    1.1,
  );
  const [ours, theirs] = ["lanes", "mimalloc"].map((name) => parts.held.find(({ subject }) => subject === name));
  add("bytes held by producer and consumer ÷ mimalloc's", ours && theirs && ours.end / theirs.end, "≤", 1.3);
  add("the same at the end ÷ after a quarter of the time", ours?.growth, "≤", 1.05);
  for (const phase of ["stopped", "killed"] as const) {
    const row = parts.stopped.find(({ subject }) => subject === "lanes");
    if (row === undefined) continue;
    const change = row[phase] / row.running - 1;
    targets.push({
      what: `another thread's throughput ${phase === "stopped" ? "while one is stopped" : "after one was killed"} in a call`,
      value: percent(change),
      wanted: "± 5 %",
      // What is as much as wanted is so, whatever a double makes of it.
      ok: Math.abs(change) <= 0.05 + 1e-9,
    });
  }
  return targets;
}

const times = (value: number, sign: "≤" | "≥"): string => {
  const round = sign === "≤" ? Math.ceil : Math.floor;
  return `${(round(100 * value - (sign === "≤" ? 1e-9 : -1e-9)) / 100).toFixed(2)}×`;
};

export const percent = (change: number): string => `${change < 0 ? "−" : "+"}${Math.abs(100 * change).toFixed(1)} %`;
