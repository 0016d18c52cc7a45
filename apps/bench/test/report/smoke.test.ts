/** A quick run shows what works, and no time. */
import { expect, test } from "vitest";
import { renderPage } from "../../src/report/html/page.ts";
import type { Shown } from "../../src/report/shown.ts";
import { smoke } from "../../src/report/smoke.ts";
import { renderText } from "../../src/report/text.ts";

const SHOWN: Shown = {
  ...{ title: "T", heading: "H", summary: "2030-01-02, quick run of 9 s", reading: "<p>Long.</p>" },
  machine: { cpu: "A CPU", cores: 2, memoryGiB: 1, system: "", node: "24.0.0", v8: "13.6", commit: "abc" },
  cards: [{ kind: "ok", value: "83×", text: "slab", note: "" }],
  charts: [],
  sections: [{ title: "ns", table: { head: ["", "ns"], lines: [["slab", "12.5"]] } }],
};
const of = (subject: string, workload: string, status: string, note?: string) => ({ subject, workload, status, note });
const shown = smoke(
  SHOWN,
  [
    of("nothing", "git", "ok"),
    of("slab", "git", "ok"),
    of("thi.ng", "git", "stopped"),
    of("x", "jq", "error", "it fell"),
  ],
  "pnpm bench",
  ["mimalloc: unavailable, no C compiler"],
);

test("as a table of what works, and what does not, and why", () => {
  expect(renderText(shown).split("\n")).toEqual([
    "A CPU, 2 cores, Node 24.0.0, V8 13.6, commit abc",
    "2030-01-02, quick run of 9 s; a try, which measures nothing: `pnpm bench` does",
    "",
    "What works",
    expect.stringMatching(/^┌/),
    "│        │ git │    jq │",
    expect.stringMatching(/^├/),
    "│ slab   │  ok │       │",
    "│ thi.ng │  ok │       │",
    "│ x      │     │ error │",
    expect.stringMatching(/^└/),
    "",
    "What does not:",
    "  x on jq: error, it fell",
    "",
    "Not tried:",
    "  mimalloc: unavailable, no C compiler",
    "",
  ]);
});

test("the page has neither cards nor charts, nor the library that draws them", () => {
  const page = renderPage(shown);
  expect(page).not.toMatch(/83×|12\.5|<canvas|Chart\.js|id="charts"/);
  expect(page).toContain("<td>thi.ng</td><td>ok</td>");
});
