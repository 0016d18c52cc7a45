/** From observations to the report of `pnpm bench threads`. */
import { type ThreadsChosen, TRACED } from "../../run/plans/threads.ts";
import { isFound, type Observed, ofKind } from "../../worker/protocol.ts";
import type {
  HandOverObservation,
  HeldObservation,
  StoppedObservation,
  WindowsObservation,
} from "../../workloads/threads/protocol.ts";
import { THREAD_WORKLOADS } from "../../workloads/threads/workloads.ts";
import { type Circumstances, factsOf, unavailableIn } from "../circumstances.ts";
import { combine, intervalOf, type Paired, ratiosIn } from "../latest/ratios.ts";
import { type Figures, figuresIn, middle } from "./figures.ts";
import { type Parts, type Ratio, SCHEMA, type ThreadsReport } from "./parts.ts";
import { targetsOf } from "./targets.ts";

export function makeThreads({ mode }: ThreadsChosen, observed: readonly Observed[], at: Circumstances): ThreadsReport {
  const figures = figuresIn(observed);
  const parts: Parts = {
    schema: SCHEMA,
    mode: mode.name,
    heldSeconds: mode.budget.seconds,
    ...tracesIn(observed),
    throughput: throughputIn(figures, mode.budget.threads),
    xmalloc: [...xmallocIn(figures, "xmalloc", "nothing"), ...xmallocIn(figures, "xmalloc-c", "nothing-c")],
    scratch: subjectsOf("cache-scratch").flatMap((subject) => {
      const [one, two] = ["1", "2"].map((name) => figures.least("cache-scratch", subject, name));
      return one === undefined || two === undefined ? [] : [{ subject, one, two }];
    }),
    handOver: [1, 64].flatMap((kib) => handOverIn(observed, figures, kib)),
    held: heldIn(observed),
    stopped: stoppedIn(observed),
  };
  return {
    ...factsOf(at),
    ...parts,
    targets: targetsOf(parts, figures),
    unavailable: unavailableIn(observed),
    failures: observed.flatMap(({ workload, subject, observation }) =>
      "error" in observation ? [`${subject} on ${workload}: ${observation.error}`] : [],
    ),
    observations: observed,
  };
}

const subjectsOf = (workload: string): readonly string[] =>
  THREAD_WORKLOADS.find(({ name }) => name === workload)!.subjects;

export function ratioOf(paired: Paired | undefined): Ratio | undefined {
  if (paired === undefined) return undefined;
  const interval = intervalOf(paired);
  return { value: paired.value, ...(interval && { interval: { low: interval.low, high: interval.high } }) };
}

function tracesIn(observed: readonly Observed[]): Pick<Parts, "traces" | "tracesMean"> {
  const heaps = ofKind<object>(observed, "heap");
  const names = [...new Set(heaps.map(({ workload }) => workload))];
  const ratios = ratiosIn(heaps);
  const sides = names.map((workload) => {
    const [above, below] = [TRACED[2]!, TRACED[1]!].map((subject) => ({ subject, workload })) as [
      { subject: string; workload: string },
      { subject: string; workload: string },
    ];
    return { ratio: ratios.of(above, below), net: ratios.of(above, below, "net") };
  });
  const least = (subject: string, workload: string): number =>
    Math.min(
      ...heaps.flatMap((one) => {
        const { time } = one.observation as { time?: { best?: number } };
        return one.subject === subject && one.workload === workload && time?.best !== undefined ? [time.best] : [];
      }),
    );
  return {
    traces: names.flatMap((trace, i) => {
      const { ratio, net } = sides[i]!;
      if (ratio === undefined) return [];
      const ns = TRACED.map((subject) => least(subject, trace));
      return [{ trace, ns, ratio: ratio.value, ...(net && { net: net.value }) }];
    }),
    tracesMean: ratioOf(
      combine(
        sides.map(({ ratio }) => ratio),
        "mean",
      ),
    ),
  };
}

function throughputIn(figures: Figures, most: number): Parts["throughput"] {
  return subjectsOf("own").flatMap((subject) => {
    const perMicrosecond: [number, number][] = [];
    const alone = [0, 1].map((thread) => figures.least("own", subject, `alone ${thread}`));
    if (alone.some((ns) => ns === undefined)) return [];
    // Of the two by turns: so that one thread does what two do.
    perMicrosecond.push([1, 1000 / middle(alone as number[])]);
    for (let threads = 2; threads <= most; threads *= 2) {
      const ns = figures.least("own", subject, `${threads}`);
      if (ns !== undefined) perMicrosecond.push([threads, (1000 * threads) / ns]);
    }
    return [{ subject, perMicrosecond, speedup: ratioOf(figures.speedup("own", subject)) }];
  });
}

function xmallocIn(figures: Figures, workload: string, loop: string): Parts["xmalloc"] {
  const times = (subject: string): (number | undefined)[] =>
    ["1", "2"].map((name) => figures.least(workload, subject, name));
  const [loop1, loop2] = times(loop);
  return subjectsOf(workload).flatMap((subject) => {
    const [local, remote] = times(subject);
    if (local === undefined || remote === undefined) return [];
    const isLoop = subject === loop || loop1 === undefined || loop2 === undefined;
    return [
      {
        ...{ subject, inC: workload === "xmalloc-c", local, remote },
        ...(isLoop ? {} : { net: [local - loop1, remote - loop2] as const }),
      },
    ];
  });
}

function handOverIn(observed: readonly Observed[], figures: Figures, kib: number): Parts["handOver"] {
  const workload = `hand-over-${kib}`;
  return subjectsOf(workload).flatMap((subject) => {
    const [bare, written] = ["bare", "written"].map((name) => figures.least(workload, subject, name));
    if (bare === undefined || written === undefined) return [];
    const mine = ofKind<HandOverObservation>(observed, "threads").filter(
      (one) => one.workload === workload && one.subject === subject,
    );
    const all = mine.flatMap(({ observation }) => (isFound(observation) ? observation.latency : []));
    const latency = [...new Set(all.map(({ name }) => name))].map(
      // The least median of all processes, with its tail.
      (name) => all.filter((one) => one.name === name).sort((a, b) => a.p50 - b.p50)[0]!,
    );
    return [{ kib, subject, bare, written, latency }];
  });
}

function heldIn(observed: readonly Observed[]): Parts["held"] {
  return ofKind<HeldObservation>(observed, "threads").flatMap(({ workload, subject, observation }) => {
    if (workload !== "held" || !isFound(observation) || observation.samples.length < 4) return [];
    const bytes = observation.samples.map(([, one]) => one);
    const quarter = Math.floor(bytes.length / 4);
    const end = middle(bytes.slice(-quarter));
    return [{ subject, ...observation, end, growth: end / middle(bytes.slice(quarter, 2 * quarter)) }];
  });
}

function stoppedIn(observed: readonly Observed[]): Parts["stopped"] {
  return ofKind<StoppedObservation>(observed, "threads").flatMap(({ workload, subject, observation }) => {
    if (workload !== "stopped" || !isFound(observation)) return [];
    const { victims } = observation;
    const [running, stopped, killed] = (["running", "stopped", "killed"] as const).map((phase) =>
      middle(victims.flatMap((victim) => victim[phase])),
    ) as [number, number, number];
    return [{ subject, running, stopped, killed, calls: victims.map(({ call }) => call) }];
  });
}

/** What the allocators in C say they are. */
export function versionsIn(observed: readonly Observed[]): string[] {
  const found = ofKind<WindowsObservation>(observed, "threads").flatMap(({ subject, observation }) =>
    isFound(observation) && observation.version !== undefined && subject !== "nothing-c" ? [observation.version] : [],
  );
  return [...new Set(found)];
}
