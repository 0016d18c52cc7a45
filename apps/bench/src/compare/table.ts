import Table from "cli-table3";
import { bytes, ns } from "../format.ts";
import type { Interval } from "../statistics.ts";
import { type Change, overall } from "./compare.ts";

export function renderComparison(changes: readonly Change[], base: string, isPartial: boolean): string {
  const table = new Table({
    head: ["", "base ns", "head ns", "change of time", "95 % interval", "", "peak: base", "head"],
    colAligns: ["left", "right", "right", "right", "right", "left", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { name, base, head, logRatio, basePeak, headPeak, note } of changes) {
    const change = logRatio === undefined ? ["", "", note ?? ""] : words(logRatio);
    table.push([name, ns(base), ns(head), ...change, bytes(basePeak), bytes(headPeak)]);
  }
  const all = overall(changes);
  if (all !== undefined && changes.length > 1) table.push(["all", "", "", ...words(all), "", ""]);
  const title = `base ${base.slice(0, 10)} against the working tree${isPartial ? ", stopped before its end" : ""}`;
  return `${title}\n${table.toString()}\n`;
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
