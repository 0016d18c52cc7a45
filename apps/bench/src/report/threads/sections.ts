/** The threads as they are shown: the targets, then a table for each question. */
import { SHARINGS } from "../../subjects/threads/sharings.ts";
import { bytes, endOf, ns, times } from "../format.ts";
import { type Section, type Shown, targetCards, targetSection } from "../shown.ts";
import { outcomesOf, smoke } from "../smoke.ts";
import { chartsOf } from "./charts.ts";
import type { ThreadsReport } from "./parts.ts";
import { versionsIn } from "./report.ts";
import { percent } from "./targets.ts";

export function showThreads(report: ThreadsReport): Shown {
  const { mode, observations, unavailable } = report;
  const shown = showMeasured(report);
  return mode === "quick" ? smoke(shown, outcomesOf(observations), "pnpm bench threads", unavailable) : shown;
}

function showMeasured(report: ThreadsReport): Shown {
  const { machine, date, mode, targets, partial, heldSeconds } = report;
  const missing = [...report.unavailable, ...report.failures];
  return {
    title: `AriaX, threads, ${date.slice(0, 10)}`,
    heading: "One heap, many threads",
    machine,
    summary: `${date.slice(0, 10)}, ${mode} run; nothing is claimed above ${machine.cores} threads, as there are so many cores${endOf(partial)}`,
    cards: targetCards(targets),
    charts: chartsOf(report),
    sections: [
      ...(targets.length > 0 ? [targetSection("Targets, all in this run", targets)] : []),
      ...[
        traces(report),
        throughput(report),
        xmalloc(report),
        scratch(report),
        handOver(report),
        held(report),
        stopped(report),
      ],
      ...(missing.length > 0 ? [{ title: "Not measured", notes: missing }] : []),
    ].flatMap((section) => section ?? []),
    reading: reading(heldSeconds),
  };
}

function section(
  title: string,
  head: readonly string[],
  lines: readonly (readonly string[])[],
  text?: string,
): Section | undefined {
  if (lines.length === 0) return undefined;
  return { title, ...(text !== undefined && { text }), table: { head: ["", ...head], lines } };
}

const traces = ({ traces: rows, tracesMean }: ThreadsReport) =>
  section(
    "A heap with lanes, used by one thread",
    ["loop", "private", "lanes", "lanes by private", "net"],
    [
      ...rows.map(({ trace, ns: all, ratio, net }) => [trace, ...all.map(ns), times(ratio), times(net)]),
      ...(tracesMean === undefined ? [] : [["geometric mean", "", "", "", times(tracesMean.value), ""]]),
    ],
    "ns an event, both in shared memory",
  );

const throughput = ({ throughput: rows }: ThreadsReport) => {
  const most = rows[0]?.perMicrosecond.map(([threads]) => threads) ?? [];
  return section(
    "A recorded program each",
    [...most.map((threads) => `${threads}`), "2 by 1"],
    rows.map(({ subject, perMicrosecond, speedup }) => [
      ...[subject, ...most.map((threads) => ns(new Map(perMicrosecond).get(threads)))],
      speedup === undefined ? "" : times(speedup.value),
    ]),
    "events a µs of so many threads together, loop included",
  );
};

const xmalloc = ({ xmalloc: rows, observations }: ThreadsReport): Section | undefined => {
  const made = section(
    "xmalloc: what one thread allocates, the other frees",
    ["own frees", "other frees", "net: own", "other", "by own"],
    rows.map(({ subject, local, remote, net }) => [
      ...[subject, ns(local), ns(remote), ns(net?.[0]), ns(net?.[1])],
      net === undefined || net[0] <= 0 ? "" : times(net[1] / net[0]),
    ]),
    "ns of a thread for a block, allocated and freed; net of the queue between them",
  );
  return made && { ...made, notes: versionsIn(observations) };
};

const scratch = ({ scratch: rows }: ThreadsReport) =>
  section(
    "cache-scratch: do two threads' blocks share a cache line?",
    ["1 thread", "2 threads", ""],
    rows.map(({ subject, one, two }) => [subject, ns(one), ns(two), times(two / one)]),
    "ns a write, of a thread",
  );

const handOver = ({ handOver: rows }: ThreadsReport) =>
  section(
    "A record handed to another thread",
    ["bare", "written and read", "one alone, µs"],
    rows.map(({ kib, subject, bare, written, latency }) => [
      ...[`${subject}, ${kib} KiB`, ns(bare), ns(written)],
      latency.map(({ name, p50, p99 }) => `${name} ${ns(p50)} (p99 ${ns(p99)})`).join(", "),
    ]),
    "ns a record in a stream of them",
  );

const held = ({ held: rows, heldSeconds: seconds }: ThreadsReport) =>
  section(
    "Producer and consumer",
    ["held at the end", "by a quarter of the time", "most", "blocks", "asked"],
    rows.map(({ subject, end, growth, samples, blocks, by }) => [
      ...[subject, bytes(end), times(growth), bytes(Math.max(...samples.map(([, one]) => one)))],
      ...[Math.round(blocks).toLocaleString("en-US"), by === "system" ? "the system" : "the heap"],
    ]),
    `${seconds} s at full speed: one allocates and writes, the other frees 16,384 blocks later`,
  );

const stopped = ({ stopped: rows }: ThreadsReport) =>
  section(
    "A thread, or a process, is stopped in a call, then killed",
    ["it runs", "it is stopped", "", "it was killed", "", "stopped in"],
    rows.map(({ subject, running, stopped: still, killed, calls }) => [
      ...[subject, ns(running), ns(still), percent(still / running - 1), ns(killed), percent(killed / running - 1)],
      [...new Set(calls)].join(", "),
    ]),
    "what another one does meanwhile: operations a ms of its processor time",
  );

const reading = (
  seconds: number,
): string => `<p>Each row is measured in a process of its own, and rows that are compared take turns of some ms. The time of a
window is that of one thread for a unit, waiting for locks included, waiting for the other thread's queue not; the least of many windows counts.
More threads than cores say how a heap does when its threads are interrupted anywhere; nothing else.</p>
<ul>${SHARINGS.map(({ name, what }) => `<li><b>${name}</b>: ${what}</li>`).join("")}
<li><b>offset</b>: a block of the heap with lanes, its offset through a ring; <b>copies</b>: a private heap each, a structured clone through <code>postMessage</code>;
<b>transfer</b>: a new buffer each time, transferred</li></ul>
<p><b>Held</b>: what the system says is resident of the heap's memory (of C: of the process, less what it was before), asked 120 times in ${seconds} s.
<b>Stopped</b>: with lanes at an access of the heap's words that is drawn anew each time, with a lock while it is held. The thread sleeps
there; then <code>terminate()</code>, and <code>reclaim</code> where there is such a thing. <b>lanes-processes</b>: the same heap in a file that processes have mapped; one gets
SIGSTOP somewhere in a call, then SIGKILL, and a lock on a file proves that it is dead.</p>`;
