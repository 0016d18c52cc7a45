import Table from "cli-table3";
import { ns } from "../format.ts";
import type { Summary } from "../statistics.ts";
import type { Split } from "./measure.ts";
import { type Chapter, perBlock, type Ratio, type Story } from "./story.ts";

/** The story for a terminal. */
export function renderStory(story: Story): string {
  const { machine, chapters, ratios, goals } = story;
  const parts = [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}, V8 ${machine.v8}, commit ${machine.commit}`,
    summaryOf(story),
    "",
    phases(chapters),
  ];
  for (const { phase, unavailable } of chapters) {
    if (unavailable !== undefined) parts.push(`${phase}: unavailable, ${unavailable}`);
  }
  parts.push("", "How many times as long", compared(ratios));
  if (goals.length > 0) parts.push("", "Targets, in this run", targets(story));
  return `${parts.join("\n")}\n`;
}

/** What was done. */
export function summaryOf({ date, allocations, processes, partial }: Story): string {
  const times = processes === 1 ? "1 process a phase" : `${processes} processes a phase, the median of theirs`;
  const end = partial ? ", stopped before its end" : "";
  return `${date.slice(0, 10)}, ${allocations.toLocaleString("en-US")} allocations a run, ${times}${end}`;
}

function phases(chapters: readonly Chapter[]): string {
  const table = plain(["", "AriaX", "allocate", "+ free", "low–high", "first run", "system calls"]);
  for (const { title, what, original, phase, allocate, pair, firstPair, systemCalls } of chapters) {
    table.push([{ content: `${title}: ${what}`, colSpan: 7 }]);
    table.push([
      `  ${phase}`,
      `${original / 1000} µs`,
      nanoseconds(allocate),
      nanoseconds(pair),
      spread(pair),
      nanoseconds(firstPair),
      calls(systemCalls),
    ]);
  }
  return `ns per allocation, and system calls per block: to allocate it + to free it\n${table}`;
}

function compared(ratios: readonly Ratio[]): string {
  const table = plain(["", "AriaX", "allocate", "allocate + free"]);
  for (const { slow, fast, original, allocate, pair } of ratios) {
    table.push([`${slow} by ${fast}`, times(original, Math.round), times(allocate), times(pair)]);
  }
  return table.toString();
}

function targets({ goals }: Story): string {
  const table = plain(["", "reached", "target", ""]);
  for (const { what, value, wanted, met } of goals) table.push([what, value, wanted, met ? "met" : "missed"]);
  return table.toString();
}

export const nanoseconds = (summary: Summary | undefined): string => ns(summary?.median);
export const spread = (summary: Summary | undefined): string =>
  summary === undefined ? "" : `${ns(summary.low)}–${ns(summary.high)}`;
export const calls = (split: Split | undefined): string =>
  split === undefined ? "" : `${perBlock(split.allocate)} + ${perBlock(split.free)}`;

/** What is gained here is never rounded up; AriaX's own is 54×, of 53.8. */
export function times(value: number | undefined, round: (value: number) => number = Math.floor): string {
  if (value === undefined) return "";
  return `${value < 10 ? value.toFixed(1) : round(value).toLocaleString("en-US")}×`;
}

/** As the other tables: no colours, numbers to the right. */
function plain(head: string[]): Table.Table {
  return new Table({
    head,
    colAligns: ["left", ...head.slice(1).map(() => "right" as const)],
    style: { head: [], border: [], compact: true },
  });
}
