/** The story as it is shown: three phases, how many times as long each takes as another, and the targets. */
import type { Summary } from "../../base/statistics.ts";
import type { Split } from "../../workloads/story/observe.ts";
import { endOf, factor, ns, spread } from "../format.ts";
import { type Card, type Section, type Shown, type Table, targetCards, targetSection } from "../shown.ts";
import { chartsOf } from "./charts.ts";
import { type Chapter, perBlock, type Ratio, type Story } from "./report.ts";

export function showStory(story: Story): Shown {
  const { chapters, ratios, allocations, goals, machine, date, processes, partial } = story;
  const all = allocations.toLocaleString("en-US");
  const of = processes === 1 ? "1 process a phase" : `${processes} processes a phase, the median of theirs`;
  return {
    title: `AriaX, three phases, ${date.slice(0, 10)}`,
    heading: "One allocator in three phases",
    machine,
    summary: `${date.slice(0, 10)}, ${all} allocations a run, ${of}${endOf(partial)}`,
    chapters: chapters.map(cardOf),
    cards: targetCards(goals),
    charts: chartsOf(story),
    sections: [
      phasesSection(chapters),
      { title: "How many times as long", table: ratiosTable(ratios) },
      ...(goals.length > 0 ? [targetSection("Targets, in this run", goals)] : []),
    ],
    reading: `<p>A run makes ${all} blocks of 24 to 256 bytes, as many as AriaX counted in one run of its
phase 2, and frees them in the order they were made. Each phase runs in processes of its own, taken in turns; a process
gives its best run once its code is warm, and the row is the median of the processes. The loop's own
cost is included. <b>First run</b> is the very first in its process, where nothing is compiled and no memory was touched.
System calls are those of the phase itself, as phase 2's addon counts them; the others have no way to make one, and
<code>test/workloads/strace.long.test.ts</code> confirms both.</p>
<p>Striped bars are AriaX's own figures. It reports a time per allocation; whether that has the free in it is not known,
so ours are shown without and with it. Phases 1 and 2 are reconstructions: the figures, the <code>mmap</code> for each
allocation's record and the simple allocator below are AriaX's, the rest is ours. Phase 2.1 was only a target.</p>`,
  };
}

function cardOf({ phase, title, what, original, pair, systemCalls, unavailable }: Chapter): Card {
  const value = pair === undefined ? "" : `${middle(pair)} ns`;
  const text =
    pair === undefined
      ? `not measured: ${unavailable}`
      : `an allocation and its free; ${calls(systemCalls)} system calls`;
  const note = `AriaX: ${original / 1000} µs${phase === "phase-2.1" ? ", its target" : ""}`;
  return { kind: phase.replace(".", "-"), heading: title, what, value, text, note };
}

function phasesSection(chapters: readonly Chapter[]): Section {
  const lines = chapters.flatMap(({ title, what, original, phase, allocate, pair, firstPair, systemCalls }) => [
    { title, what },
    [
      ...[phase, `${original / 1000} µs`, middle(allocate), middle(pair), spread(pair), middle(firstPair)],
      calls(systemCalls),
    ],
  ]);
  const head = ["", "AriaX", "allocate", "+ free", "low–high", "first run", "system calls"];
  return {
    title: "ns per allocation, and system calls per block: to allocate it + to free it",
    table: { head, lines },
    notes: chapters.flatMap(({ phase, unavailable }) =>
      unavailable === undefined ? [] : [`${phase}: unavailable, ${unavailable}`],
    ),
  };
}

const ratiosTable = (ratios: readonly Ratio[]): Table => ({
  head: ["", "AriaX", "allocate", "allocate + free"],
  lines: ratios.map(({ slow, fast, original, allocate, pair }) => [
    ...[`${slow} ÷ ${fast}`, factor(original, Math.round), factor(allocate), factor(pair)],
  ]),
});

const middle = (summary: Summary | undefined): string => ns(summary?.median);
const calls = (split: Split | undefined): string =>
  split === undefined ? "" : `${perBlock(split.allocate)} + ${perBlock(split.free)}`;
