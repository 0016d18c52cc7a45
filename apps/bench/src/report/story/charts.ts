/** The charts of the story: AriaX's figures striped, ours plain, in the colour of the phase. */
import { type Chart, colourOf, GREY, type Series } from "../charts.ts";
import { factor, ns } from "../format.ts";
import type { Story } from "./report.ts";

const time = (value: number): string => (value < 1000 ? `${ns(value)} ns` : `${(value / 1000).toFixed(2)} µs`);
const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

/** Of each item a category in its colour, and of each series a bar in it. */
interface Bars<T> extends Pick<Chart, "title" | "caption" | "y" | "isWide"> {
  readonly items: readonly { readonly category: Chart["categories"][0]; readonly phase: string; readonly of: T }[];
  readonly series: readonly (readonly [
    label: string,
    paint: Series["paint"],
    value: (of: T) => number | null | undefined,
    show: (value: number) => string,
  ])[];
  readonly height?: number;
}

const bars = <T>({ items, series, ...chart }: Bars<T>): Chart => ({
  kind: "bars",
  height: 270,
  categories: items.map(({ category }) => category),
  series: series.map(([label, paint, get, show]) => {
    const values = items.map(({ of }) => get(of) ?? null);
    const texts = values.map((value) => (value === null ? "" : show(value)));
    // The legend is grey: the colours are the phases'.
    return { label, paint, colour: GREY, colours: items.map(({ phase }) => colourOf(phase)), values, texts };
  }),
  ...chart,
});

export function chartsOf({ chapters, ratios, allocations }: Story): Chart[] {
  const titleOf = (phase: string): string => chapters.find((chapter) => chapter.phase === phase)!.title;
  const phases = chapters.map((of) => ({
    ...{ of, phase: of.phase, category: of.unavailable === undefined ? of.title : [of.title, "(not measured)"] },
  }));
  const compared = ratios.map((of) => ({
    ...{ of, phase: of.slow, category: [titleOf(of.slow), `by ${titleOf(of.fast)}`] },
  }));
  return [
    bars({
      title: "The time of one allocation",
      caption:
        "striped: what AriaX reports, and of phase 2.1 its target; plain: this machine, warm, the median of the processes",
      items: phases,
      series: [
        ["AriaX, per allocation", "striped", (c) => c.original, (n) => `${n / 1000} µs`],
        ["here, allocate", "pale", (c) => c.allocate?.median, time],
        ["here, allocate + free", "plain", (c) => c.pair?.median, time],
      ],
      y: { title: "ns, logarithmic", min: 1, suggestedMax: 2e4 },
      ...{ isWide: true, height: 330 },
    }),
    bars({
      title: "System calls",
      caption: `in a run of ${whole(allocations)} allocations, all freed; here: counted by phase 2's own addon`,
      items: phases,
      series: [
        // "6,685+", it says.
        ["AriaX", "striped", (c) => c.originalCalls, (n) => whole(n) + (n > 0 ? "+" : "")],
        ["here", "plain", ({ systemCalls: c }) => c && allocations * (c.allocate + c.free), whole],
      ],
      y: { title: "", isLinear: true, min: 0 },
    }),
    bars({
      title: "How many times as long",
      caption: "the first phase's time by the second's, logarithmic",
      items: compared,
      series: [
        ["AriaX", "striped", ({ original }) => original, (n) => factor(n, Math.round)],
        ["here, allocate + free", "plain", ({ pair }) => pair, (n) => factor(n)],
      ],
      y: { title: "", min: 1 },
    }),
  ];
}
