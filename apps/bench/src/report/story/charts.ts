/** The charts of the story: AriaX's figures striped, ours plain, in the colour of the phase. */
import { type Axis, type Chart, colourOf, GREY, type Series } from "../charts.ts";
import { factor, ns } from "../format.ts";
import type { Story } from "./report.ts";

const time = (value: number): string => (value < 1000 ? `${ns(value)} ns` : `${(value / 1000).toFixed(2)} µs`);
const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

export function chartsOf({ chapters, ratios, allocations }: Story): Chart[] {
  const titleOf = (phase: string): string => chapters.find((chapter) => chapter.phase === phase)!.title;
  const phases = {
    categories: chapters.map(({ title, unavailable }) =>
      unavailable === undefined ? title : [title, "(not measured)"],
    ),
    colours: chapters.map(({ phase }) => colourOf(phase)),
  };
  const compared = {
    categories: ratios.map(({ slow, fast }) => [titleOf(slow), `by ${titleOf(fast)}`]),
    colours: ratios.map(({ slow }) => colourOf(slow)),
  };
  /** The legend is grey: the colours are the phases'. */
  const series = (
    label: string,
    paint: Series["paint"],
    values: readonly (number | undefined)[],
    show: (value: number) => string,
    { colours } = phases,
  ): Series => ({
    ...{ label, paint, colours, colour: GREY },
    values: values.map((value) => value ?? null),
    texts: values.map((value) => (value === undefined ? "" : show(value))),
  });
  const bars = (title: string, caption: string, all: Series[], y: Axis, more: Partial<Chart> = {}): Chart => ({
    kind: "bars",
    height: 270,
    ...{ title, caption, categories: phases.categories, series: all, y, ...more },
  });
  return [
    bars(
      "The time of one allocation",
      "striped: what AriaX reports, and of phase 2.1 its target; plain: this machine, warm, the median of the processes",
      [
        series(
          "AriaX, per allocation",
          "striped",
          chapters.map((c) => c.original),
          (value) => `${value / 1000} µs`,
        ),
        series(
          "here, allocate",
          "pale",
          chapters.map((c) => c.allocate?.median),
          time,
        ),
        series(
          "here, allocate + free",
          "plain",
          chapters.map((c) => c.pair?.median),
          time,
        ),
      ],
      { title: "ns, logarithmic", min: 1, suggestedMax: 2e4 },
      { isWide: true, height: 330 },
    ),
    bars(
      "System calls",
      `in a run of ${whole(allocations)} allocations, all freed; here: counted by phase 2's own addon`,
      [
        // "6,685+", it says.
        series(
          "AriaX",
          "striped",
          chapters.map((c) => c.originalCalls),
          (n) => whole(n) + (n > 0 ? "+" : ""),
        ),
        series(
          "here",
          "plain",
          chapters.map(({ systemCalls: c }) => c && allocations * (c.allocate + c.free)),
          whole,
        ),
      ],
      { title: "", isLinear: true, min: 0 },
    ),
    bars(
      "How many times as long",
      "the first phase's time by the second's, logarithmic",
      [
        series(
          "AriaX",
          "striped",
          ratios.map(({ original }) => original),
          (n) => factor(n, Math.round),
          compared,
        ),
        series(
          "here, allocate + free",
          "plain",
          ratios.map(({ pair }) => pair),
          factor,
          compared,
        ),
      ],
      { title: "", min: 1 },
      { categories: compared.categories },
    ),
  ];
}
