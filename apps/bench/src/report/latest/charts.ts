/** The charts of `pnpm bench`. */
import { geomean } from "../../base/statistics.ts";
import type { Row } from "../../workloads/rows.ts";
import { axisBelow, type Chart, colourOf, type Series } from "../charts.ts";
import { ns } from "../format.ts";
import type { AgainstC } from "./against-c.ts";
import type { Report } from "./report.ts";

const LOG = "ns, logarithmic";

export function chartsOf(report: Report): Chart[] {
  const of = (...groups: string[]): string[] =>
    report.workloads.filter(({ group }) => groups.includes(group)).map(({ name }) => name);
  const traces = of("traces", "yours");
  const stopped = "ns per event, the loop included; striped: stopped at the limit, a lower bound";
  return [
    ...meansChart(report, traces, stopped),
    ...columnsOf(report, "Each trace", stopped, traces, { isWide: true }),
    ...againstChart("TypeScript against C", "ns per event", report.againstC),
    ...againstChart(
      "Replacement at steady state",
      "ns per free + allocate of a live block at random",
      report.replacement,
    ),
    ...columnsOf(report, "Ways of calling", "the slab, ns per event, net of the loop", traces, {
      value: ({ subject, net }) => (subject === "slab" || isWay(subject) ? net : undefined),
      isAll: true,
      y: { title: "ns", isLinear: true, min: 0 },
    }),
    ...columnsOf(report, "The tail", "99th percentile of batches of 256 events, ns per event", traces, {
      value: (r) => r.p99,
    }),
    ...columnsOf(
      report,
      "Memory",
      "(bytes reserved + metadata) ÷ bytes live, at the peak; 1 is the least there can be",
      traces,
      {
        value: ({ subject, peakRatio }) => (subject === "arena" ? undefined : peakRatio),
        y: { title: "times", isLinear: true, min: 1, max: 2 },
      },
    ),
    ...columnsOf(report, "One question each", "ns per allocate + free", of("micro")),
    ...scalingChart(report, of("scaling")),
    ...columnsOf(report, "The first calls of a process", "ns per event, nothing compiled before", of("start")),
    ...columnsOf(report, "Synthetic programs", "ns per event, the loop included", of("synthetic"), { isWide: true }),
    ...columnsOf(report, "A million bits", "ns per claim and release, or per search", of("bits")),
    ...columnsOf(report, "Small records", "ns per record made, filled, read and released", of("records"), {
      y: { title: "ns", isLinear: true, min: 0 },
    }),
  ];
}

const rowOf = ({ rows }: Report, subject: string, workload: string): Row | undefined =>
  rows.find((row) => row.subject === subject && row.workload === workload);

/** The slab called in another way than from a `const`: those have a chart of their own. */
const isWay = (name: string): boolean => /^slab-(argument|field|method|transferred|lanes)$/.test(name);

/** Those with a time on some of the workloads. Subjects in C have another loop, and a chart of their own. */
const subjectsOn = (report: Report, workloads: readonly string[], isAll = false): string[] =>
  report.subjects
    .filter(({ origin, inC, name }) => origin !== "loop" && !inC && (isAll || !isWay(name)))
    .map(({ name }) => name)
    .filter((name) => workloads.some((workload) => (rowOf(report, name, workload)?.gross ?? 0) > 0));

type Mean = Pick<Row, "subject" | "peakRatio"> & { readonly mean: number; readonly isBound: boolean };

/** Of the heaps with a time on every one of the traces: geometric means, of times some of which may be bounds. */
export function meansOf(report: Report, traces: readonly string[]): Mean[] {
  return subjectsOn(report, traces, true).flatMap((subject): Mean[] => {
    const rows = traces.flatMap((trace) => rowOf(report, subject, trace) ?? []);
    const [times, peaks] = [rows.flatMap(({ gross }) => gross ?? []), rows.flatMap((row) => row.peakRatio ?? [])];
    if (times.length < traces.length) return [];
    const peak = peaks.length === rows.length && { peakRatio: geomean(peaks)! };
    return [{ subject, mean: geomean(times)!, isBound: rows.some(({ status }) => status === "stopped"), ...peak }];
  });
}

/** One bar a subject, sorted, with its value: the geometric mean over the traces. */
function meansChart(report: Report, traces: readonly string[], caption: string): Chart[] {
  const bars = meansOf(report, traces)
    .filter(({ subject }) => !isWay(subject))
    .sort((a, b) => a.mean - b.mean);
  // Of one trace it would say the same again.
  if (bars.length < 2 || traces.length < 2) return [];
  const series: Series = {
    ...{ label: "", colour: colourOf("slab") },
    values: bars.map(({ mean }) => mean),
    texts: bars.map(({ mean, isBound }) => `${isBound ? "> " : ""}${ns(mean)} ns`),
    colours: bars.map(({ subject }, i) => colourOf(subject, i)),
    paints: bars.map(({ isBound }) => (isBound ? "striped" : "plain")),
  };
  return [
    {
      ...{ title: "Geometric mean over the traces", caption, kind: "bars", isWide: true },
      ...{ height: 60 + 34 * bars.length },
      ...{ categories: bars.map(({ subject }) => subject), series: [series], hasNoLegend: true },
      y: axisBelow("ns per event, logarithmic", [series]),
    },
  ];
}

/** Bars by workload, one colour a subject. */
function columnsOf(
  report: Report,
  title: string,
  caption: string,
  workloads: readonly string[],
  {
    value = ({ gross }) => gross,
    isAll = false,
    ...more
  }: Partial<Chart> & { value?: (row: Row) => number | undefined; isAll?: boolean } = {},
): Chart[] {
  const series = subjectsOn(report, workloads, isAll)
    .map((name, i): Series => {
      const rows = workloads.map((workload) => rowOf(report, name, workload));
      return {
        ...{ label: name, colour: colourOf(name, i) },
        values: rows.map((row) => (row === undefined ? null : (value(row) ?? null))),
        paints: rows.map((row) => (row?.status === "stopped" ? "striped" : "plain")),
      };
    })
    .filter(({ values }) => values.some((one) => one !== null && one > 0));
  return series.length < 2
    ? []
    : [
        {
          kind: "columns",
          height: 380,
          categories: workloads,
          series,
          title,
          caption,
          y: axisBelow(LOG, series),
          ...more,
        },
      ];
}

/** How a time grows with the number of live blocks. */
function scalingChart(report: Report, workloads: readonly string[]): Chart[] {
  const churn = workloads.filter((name) => name.startsWith("churn-"));
  const live = churn.map((name) => ({ "1k": 1e3, "10k": 1e4, "100k": 1e5, "1m": 1e6 })[name.slice(6)] ?? 0);
  const subjects = subjectsOn(report, churn);
  if (churn.length < 2 || subjects.length < 2) return [];
  const series = subjects.map((name, i): Series => {
    const nets = churn.map((workload) => rowOf(report, name, workload)?.net ?? 0);
    return { label: name, colour: colourOf(name, i), values: nets.map((net) => (net > 0 ? net : null)) };
  });
  return [
    {
      title: "Churn by the number of live blocks",
      caption: "ns per free + allocate of 16–1,023 bytes, net of the loop",
      ...{ kind: "lines", height: 380, categories: [], series },
      x: { title: "live blocks", values: live },
      y: { title: "ns per pair", isFine: true },
    },
  ];
}

/** TypeScript and C beside each other: net of the loops. */
function againstChart(title: string, unit: string, againstC: AgainstC | undefined): Chart[] {
  if (againstC === undefined) return [];
  const series = againstC.times
    .filter(({ name }) => !name.endsWith("written") && !name.startsWith("slab-"))
    .map(
      ({ name, values, mean }, i): Series => ({ label: name, colour: colourOf(name, i), values: [...values, mean] }),
    );
  return [
    {
      title,
      caption: `${unit}, net of the loop, each side's own; left to right: ours, theirs`,
      ...{ kind: "columns", isWide: true, height: 380, isSummedUp: true, series },
      categories: [...againstC.traces, "geometric mean"],
      y: axisBelow("ns, logarithmic", series, { isFine: true }),
    },
  ];
}
