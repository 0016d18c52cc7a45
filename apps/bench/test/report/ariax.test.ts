import { describe, expect, test } from "vitest";
import { figure } from "../../src/report/ariax/format.ts";
import { showAriax } from "../../src/report/ariax/sections.ts";
import { bytes, ms } from "../../src/report/format.ts";
import { renderPage } from "../../src/report/html/page.ts";
import { renderText } from "../../src/report/text.ts";
import { reportOf, without } from "./ariax-fixture.ts";

const renderAriax = (one: ReturnType<typeof reportOf>): string => renderText(showAriax(one));
const renderAriaxPage = (one: ReturnType<typeof reportOf>): string => renderPage(showAriax(one));
const report = reportOf();
/** Its lines, with single spaces. */
const linesOf = (text: string): string[] => text.split("\n").map((line) => line.replace(/\s+/g, " ").trim());
const lines = linesOf(renderAriax(report));

describe("the tables", () => {
  test("begin with the machine and the run", () => {
    expect(lines.slice(0, 2)).toEqual([
      "A <CPU>, 2 cores, Node 24.0.0, V8 13.6, commit abc",
      "2030-01-02, default run of 1 min 1 s, at most 1.2 s a scenario",
    ]);
    const quick = linesOf(renderAriax({ ...report, mode: "quick", scale: 0.02, partial: true }))[1];
    expect(quick).toBe(
      "2030-01-02, quick run of 1 min 1 s, scenarios at 0.02 of their size, at most 1.2 s a scenario, stopped before its end; a try, which measures nothing: `pnpm bench ariax` does",
    );
  });

  test("have a table for each scenario, with its size", () => {
    expect(lines).toContain(
      "states: 1,000,000 changes of 10,000 live states at mixed frequencies; 1,000 events, 100 steps (1,000 changes each)",
    );
    expect(lines.find((line) => line.startsWith("serving: "))).toMatch(/, utilisation 95\.9 %$/);
    expect(lines).toContain(
      "│ │ ms │ ns/event │ step p50 │ p99 │ p99.9 │ max │ GCs │ GC ms │ GC p99 │ GC max │ CPU ms │ heap │ peak │ system calls │",
    );
    expect(lines).toContain(
      "│ ariax │ 100 │ 100,000 │ 0.50 │ 2.00 │ 6.00 │ 11.0 │ 0 │ 0 │ 0 │ 0 │ 200 │ 2.0 KiB │ 1.0 MiB │ │",
    );
    expect(lines).toContain(
      "│ gc │ 250 │ 250,000 │ 1.25 │ 5.00 │ 15.0 │ 25.0 │ 9 │ 30.0 │ 5.00 │ 6.00 │ 500 │ 2.0 KiB │ │ │",
    );
  });

  test("show bounds and failures for what they are, and no time of what went wrong", () => {
    expect(lines.find((line) => line.startsWith("│ phase-2 │"))).toMatch(/^│ phase-2 │ > 1,000 │ > 1,000,000 │/);
    expect(lines.find((line) => line.startsWith("│ npm-malloc │"))).toMatch(/^│ npm-malloc │ wrong( │)+$/);
    expect(lines.find((line) => line.startsWith("│ thi.ng │"))).toMatch(/^│ thi.ng │ error( │)+$/);
    expect(lines).toContain("phase-2 on states: stopped, 25 % done at 4,000,000 ns an event");
    expect(lines).toContain("npm-malloc on states: wrong, it read back 78, the others 77");
    expect(lines).toContain("native: unavailable, there is no addon <here>");
    expect(lines.filter((line) => line.startsWith("│ native"))).toEqual([]);
  });

  test("show both arms in real time, and how much more stable the one is", () => {
    expect(lines).toContain(
      "Tick stability in real time: 500,000 blocks a second, 100,000 states that stay, 10 s each; ms",
    );
    expect(lines).toContain(
      "│ 60 Hz, ariax │ 600 │ 2 │ 0.10 │ 0.05 │ 0.83 │ 1.10 │ 1.10 │ 0.50 │ 1.50 │ 4.00 │ 3 │ 6.00 │ 3.00 │ 120 │",
    );
    expect(lines.find((line) => line.startsWith("│ stability"))).toMatch(
      /^│ stability │ │ │ 50 % │ │ 17 % │ │ −11 % │( │)+$/,
    );
    expect(lines.find((line) => line.startsWith("│ 144 Hz: "))).toMatch(/^│ 144 Hz: gc: hangs: no answer in 70 s │/);
  });

  test("show the browser's frames", () => {
    expect(lines).toContain("game-frame in Chromium 156.0; ms");
    expect(lines).toContain(
      "│ gc, 100 frames │ 250 │ 250,000 │ 0.005 │ 0.03 │ 2.27 │ 4.50 │ 15 │ 19.0 │ 4.40 │ 4.40 │",
    );
  });

  test("have a row for each part, with what it claims", () => {
    expect(lines).toContain("│ BitSet: the first free slot in the same time at any size; @ariax/bitset │");
    expect(lines).toContain("│ first() <fast> │ 19.6 ns │");
    expect(lines).toContain("│ no such file │ │");
  });

  test("end with what was claimed and what was measured", () => {
    expect(lines).toContain(
      "│ tick stability │ +15–20 % │ p99 of the deviation: 17 % │ as claimed │ pnpm bench ariax --scenario real-time │",
    );
    expect(lines).toContain("│ │ │ phase 1 → ariax: 75 % to 87 %, mean 81 % │ mixed │ │");
    expect(lines.at(-2)).toMatch(/^whole system: 1 − time of the new ÷ time of the old/);
  });

  test("leave out what was not asked for", () => {
    const text = renderAriax(reportOf([]));
    expect(text).not.toMatch(/Claimed|Chromium|parts|Tick/);
  });
});

describe("the page", () => {
  const page = renderAriaxPage(report);

  test("fetches nothing", () => {
    expect(page).not.toMatch(/<(script|link|img|iframe)[^>]*(src|href)=/);
    expect(page).not.toMatch(/@import|url\(/);
  });

  test("has its scripts whole: the library, the data, the drawing", () => {
    const scripts = page.match(/<script[\s\S]*?<\/script>/g)!;
    expect(scripts).toHaveLength(3);
    const data = JSON.parse(scripts[1]!.replace(/^<script[^>]*>|<\/script>$/g, ""));
    expect(data).toEqual(JSON.parse(JSON.stringify(showAriax(report).charts)));
    expect(scripts[1]).toContain("The tail of a step");
  });

  test("shows text as text, and the numbers of the tables", () => {
    expect(page).not.toMatch(/<CPU>|<here>|<fast>/);
    expect(page).toContain(
      "<strong>17 %</strong><span>tick stability: p99 of the deviation</span><em>claimed +15–20 %: as claimed</em>",
    );
    expect(page).toContain("<td>phase-2</td><td>&gt; 1,000</td><td>&gt; 1,000,000</td>");
    expect(page).toContain("<td>first() &lt;fast&gt;</td><td>19.6 ns</td>");
    expect(page).toContain("<li>phase 1 → ariax: states 75 %, serving 87 %</li>");
    expect(page).toContain("<li>native: unavailable, there is no addon &lt;here&gt;</li>");
  });

  test("does without what is not there", () => {
    expect(renderAriaxPage(reportOf(without("browser", "real-time", "parts")))).not.toMatch(
      /<h2>(Tick stability|AriaX's parts)/,
    );
  });
});

test("numbers are short, and never look like nothing", () => {
  expect([0, 0.000021, 0.0494, 0.5, 12.345, 1234.5, undefined].map(ms)).toEqual([
    ...["0", "0.000021", "0.049", "0.50", "12.3", "1,235", ""],
  ]);
  expect([0, 1023, -2048, undefined].map(bytes)).toEqual(["0 B", "1023 B", "−2.0 KiB", ""]);
  expect(
    [
      { value: 0, unit: "" as const },
      { value: 0.035, unit: "bytes" as const },
      { value: 2048, unit: "bytes" as const },
      { value: 0.5738, unit: "×" as const },
      { value: 72.17, unit: "µs" as const },
      { value: Number.NaN, unit: "×" as const },
    ].map(figure),
  ).toEqual(["0", "0.035 B", "2.0 KiB", "0.57×", "72.2 µs", "none"]);
});
