/** The story as a page: the three phases as cards, charts of their times and calls, and all of it in numbers. */

import type { Chapter, Story } from "../story/story.ts";
import { calls, nanoseconds, spread, summaryOf, times } from "../story/table.ts";
import { machineLine, renderDocument } from "./document.ts";
import { html } from "./escape.ts";
import { targetCards } from "./tables.ts";

export function renderStoryPage(story: Story): string {
  const { chapters, ratios, allocations, goals, machine, date } = story;
  return renderDocument({
    title: `AriaX, three phases, ${date.slice(0, 10)}`,
    heading: "One allocator in three phases",
    subheading: `${machineLine(machine)} · ${summaryOf(story)}`,
    main: `<ol class="chapters">${chapters.map(chapterCard).join("")}</ol>
<section id="charts"></section>
${targetCards(goals.map(({ met, ...goal }) => ({ ...goal, ok: met })))}
${numbers(story)}
${unavailable(chapters)}
<section class="reading"><h2>How to read this</h2>
<p>A run makes ${allocations.toLocaleString("en-US")} blocks of 24 to 256 bytes, as many as AriaX counted in one run of its
phase 2, and frees them in the order they were made. Each phase runs in processes of its own, taken in turns; a process
gives its best run once its code is warm, and the row is the median of the processes. The loop's own
cost is included. <b>First run</b> is the very first in its process, where nothing is compiled and no memory was touched.
System calls are those of the phase itself, as phase 2's addon counts them; the others have no way to make one, and
<code>test/strace.test.ts</code> confirms both.</p>
<p>Striped bars are AriaX's own figures. It reports a time per allocation; whether that has the free in it is not known,
so ours are shown without and with it. Phases 1 and 2 are reconstructions: the figures, the <code>mmap</code> for each
allocation's record and the simple allocator below are AriaX's, the rest is ours. Phase 2.1 was only a target.</p></section>`,
    data: { chapters, ratios, allocations },
    script: "story.js",
  });
}

function chapterCard({ phase, title, what, original, pair, systemCalls, unavailable }: Chapter): string {
  const found =
    pair === undefined
      ? `<span>not measured: ${html(unavailable ?? "")}</span>`
      : `<strong>${nanoseconds(pair)} ns</strong><span>an allocation and its free; ${calls(systemCalls)} system calls</span>`;
  const theirs = `AriaX: ${original / 1000} µs${phase === "phase-2.1" ? ", its target" : ""}`;
  return `<li class="${phase.replace(".", "-")}"><h2>${html(title)}</h2><p>${html(what)}</p>${found}<em>${theirs}</em></li>`;
}

function numbers({ chapters, ratios }: Story): string {
  const row = (texts: readonly string[]): string =>
    `<tr>${texts.map((text) => `<td>${html(text)}</td>`).join("")}</tr>`;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
    `<div class="scroll"><table><thead><tr>${head.map((text) => `<th>${text}</th>`).join("")}</tr></thead><tbody>${rows.map(row).join("")}</tbody></table></div>`;
  const phases = chapters.map(({ title, original, allocate, pair, firstPair, systemCalls }) => [
    title,
    `${original / 1000} µs`,
    nanoseconds(allocate),
    nanoseconds(pair),
    spread(pair),
    nanoseconds(firstPair),
    calls(systemCalls),
  ]);
  const titleOf = (phase: string): string => chapters.find((chapter) => chapter.phase === phase)!.title;
  const factors = ratios.map(({ slow, fast, original, allocate, pair }) => [
    `${titleOf(slow)} by ${titleOf(fast)}`,
    times(original, Math.round),
    times(allocate),
    times(pair),
  ]);
  return `<section><h2>In numbers</h2><p>ns per allocation; system calls per block, to allocate it + to free it.</p>
${table(["", "AriaX", "allocate", "+ free", "low–high", "first run", "system calls"], phases)}
<h2>How many times as long</h2>
${table(["", "AriaX", "allocate", "allocate + free"], factors)}</section>`;
}

function unavailable(chapters: readonly Chapter[]): string {
  const lines = chapters.flatMap(({ phase, unavailable: why }) =>
    why === undefined ? [] : [`<li>${html(`${phase}: unavailable, ${why}`)}</li>`],
  );
  return lines.length === 0 ? "" : `<section><h2>Not measured</h2><ul class="notes">${lines.join("")}</ul></section>`;
}
