/** A report of made-up numbers, the same every time: what the tables and the page are tested on. */

import { makeReport, type Report } from "../../src/report/latest/report.ts";
import { MODES, pairsOf } from "../../src/run/plans/latest.ts";
import { SUBJECTS } from "../../src/subjects/subjects.ts";
import type { Observed } from "../../src/worker/protocol.ts";
import type { HeapObservation } from "../../src/workloads/heap/observe.ts";
import { WORKLOADS } from "../../src/workloads/workloads.ts";

/** ns per event that a subject takes, by name; others take ten times their place in the list. */
const PACE: Readonly<Record<string, number>> = { nothing: 3, "nothing-objects": 4, slab: 8, bitset: 20 };

const finished = (best: number): HeapObservation => ({
  time: {
    stopped: false,
    best,
    turns: [best, best + 1],
    first: 9 * best,
    replaysPerWindow: 2,
    warmReplays: 5,
    collections: 0,
  },
});

/** What the first round says of a cell. */
function first(subject: string, workload: string, index: number): HeapObservation {
  const check = { corrupted: 0, failures: 0, refusedFrees: 0, events: 1000, peakReserved: 1_200_000, metadata: 20_000 };
  const needs = { events: 1000, peakLive: 1_000_000, total: 9_000_000 };
  const latency = { p50: 5, p99: 50 + subject.length, max: 900, batches: 400 };
  if (subject === "arena" && workload === "git") {
    return { check: { ...check, failures: 3, firstFailure: "out of memory: no room for 64 bytes" }, needs };
  }
  if (subject === "npm-malloc" && workload === "jq") return { check: { ...check, corrupted: 7 }, needs };
  if (subject === "buffer" && workload === "jq") return { error: "the worker ended with SIGKILL" };
  if (subject === "thi.ng") {
    return {
      time: { stopped: true, atLeast: 2000, soFar: 5417.2, done: 369, events: 1000 },
      check: { ...check, events: 400 },
      needs,
      latency,
    };
  }
  const best = PACE[subject] ?? 10 * index + workload.length;
  return { ...finished(best), check, needs, latency };
}

export function fixture(): Report {
  const subjects = SUBJECTS.filter(({ onRequest }) => !onRequest);
  const workloads = WORKLOADS.filter(({ level }) => level !== "full");
  const pairs = pairsOf(subjects, workloads);
  const observed: Observed[] = pairs.flatMap(({ subject, workload }) => {
    const index = SUBJECTS.findIndex(({ name }) => name === subject.name) + 1;
    const at = { kind: workload.kind, subject: subject.name, workload: workload.name };
    const one = first(subject.name, workload.name, index);
    const again = one.time?.stopped === false ? finished(one.time.best + 2) : undefined;
    return [{ ...at, round: 0, observation: one }, ...(again ? [{ ...at, round: 1, observation: again }] : [])];
  });
  observed.push({
    ...{ kind: "until-full", subject: "slab", workload: "until-full", round: 0 },
    observation: { operations: 24_000, used: 0.95 },
  });
  observed.push({
    ...{ kind: "heap", subject: "playcanvas", workload: "git", round: 0 },
    observation: { unavailable: "it could not be installed" },
  });
  const report = makeReport(pairs, observed, MODES.default, {
    date: new Date("2030-01-02T03:04:05Z"),
    seconds: 61,
    partial: false,
  });
  const machine = {
    cpu: "A <CPU>",
    cores: 2,
    memoryGiB: 8,
    system: "Linux 6 x64",
    node: "24.0.0",
    v8: "13.6",
    commit: "abcdef0",
  };
  return { ...report, machine };
}
