/** The charts of the story: AriaX's figures striped, ours plain, in the colour of the phase. */
import { type Chart, colourOf, GREY, type Paint, type Series } from "../charts.ts";
import { factor, ns } from "../format.ts";
import type { Story } from "./report.ts";

const time = (value: number): string => (value < 1000 ? `${ns(value)} ns` : `${(value / 1000).toFixed(2)} µs`);
const micros = (value: number): string => `${value / 1000} µs`;
const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
/** "6,685+", AriaX says. */
const andMore = (value: number): string => whole(value) + (value > 0 ? "+" : "");
const rounded = (value: number): string => factor(value, Math.round);

/** Series with a bar for each of these, in the colour of its phase. The legend is grey: the colours are the phases'. */
const barsOf =
  <T>(all: readonly T[], phaseOf: (one: T) => string) =>
  (label: string, paint: Paint, get: (one: T) => number | undefined, show: (value: number) => string): Series => {
    const values = all.map((one) => get(one) ?? null);
    const texts = values.map((value) => (value === null ? "" : show(value)));
    return { label, paint, colour: GREY, colours: all.map((one) => colourOf(phaseOf(one))), values, texts };
  };

export function chartsOf({ chapters, ratios, allocations }: Story): Chart[] {
  const categories = chapters.map(({ title, unavailable }) =>
    unavailable === undefined ? title : [title, "(not measured)"],
  );
  const titleOf = (phase: string): string => chapters.find((chapter) => chapter.phase === phase)!.title;
  const phases = barsOf(chapters, ({ phase }) => phase);
  const compared = barsOf(ratios, ({ slow }) => slow);
  return [
    {
      ...{ kind: "bars", isWide: true, height: 330, title: "The time of one allocation", categories },
      caption:
        "striped: what AriaX reports, and of phase 2.1 its target; plain: this machine, warm, the median of the processes",
      series: [
        phases("AriaX, per allocation", "striped", (c) => c.original, micros),
        phases("here, allocate", "pale", (c) => c.allocate?.median, time),
        phases("here, allocate + free", "plain", (c) => c.pair?.median, time),
      ],
      y: { title: "ns, logarithmic", min: 1, suggestedMax: 2e4 },
    },
    {
      ...{ kind: "bars", height: 270, title: "System calls", categories },
      caption: `in a run of ${whole(allocations)} allocations, all freed; here: counted by phase 2's own addon`,
      series: [
        phases("AriaX", "striped", (c) => c.originalCalls, andMore),
        phases("here", "plain", ({ systemCalls: c }) => c && allocations * (c.allocate + c.free), whole),
      ],
      y: { title: "", isLinear: true, min: 0 },
    },
    {
      ...{ kind: "bars", height: 270, title: "How many times as long" },
      caption: "the first phase's time by the second's, logarithmic",
      categories: ratios.map(({ slow, fast }) => [titleOf(slow), `by ${titleOf(fast)}`]),
      series: [
        compared("AriaX", "striped", (ratio) => ratio.original, rounded),
        compared("here, allocate + free", "plain", (ratio) => ratio.pair, factor),
      ],
      y: { title: "", min: 1 },
    },
  ];
}
