/** What `pnpm bench:compare` shows. */
import type { Interval } from "../base/statistics.ts";
import { type Change, overall } from "../run/plans/compare.ts";
import { bytes, endOf, ns } from "./format.ts";
import { renderTable } from "./text.ts";

export function renderComparison(changes: readonly Change[], base: string, isPartial: boolean): string {
  const lines = changes.map(({ name, base: was, head: is, logRatio, basePeak, headPeak, note }) => {
    const change = logRatio === undefined ? ["", "", note ?? ""] : words(logRatio);
    return [name, ns(was), ns(is), ...change, bytes(basePeak), bytes(headPeak)];
  });
  const all = overall(changes);
  if (all !== undefined && changes.length > 1) lines.push(["all", "", "", ...words(all), "", ""]);
  const head = ["", "base ns", "head ns", "change of time", "95 % interval", "", "peak: base", "head"];
  return `base ${base.slice(0, 10)} against the working tree${endOf(isPartial)}\n${renderTable({ head, lines })}\n`;
}

/** A change is one where the interval leaves out "none". */
function words({ estimate, low, high }: Interval): [string, string, string] {
  const percent = (log: number): string => {
    const value = 100 * (Math.exp(log) - 1);
    return `${value > 0 ? "+" : ""}${value.toFixed(1)} %`;
  };
  const verdict = high < 0 ? "faster" : low > 0 ? "slower" : "no difference seen";
  return [percent(estimate), `${percent(low)} … ${percent(high)}`, verdict];
}
