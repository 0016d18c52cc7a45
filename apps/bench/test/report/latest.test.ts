import { describe, expect, test } from "vitest";
import { renderPage } from "../../src/report/html/page.ts";
import { showLatest } from "../../src/report/latest/sections.ts";
import { renderText } from "../../src/report/text.ts";
import { fixture } from "../report/latest-fixture.ts";

const report = fixture();
const tables = renderText(showLatest(report));
const page = renderPage(showLatest(report));
/** A table's lines, with single spaces. */
const lines = tables.split("\n").map((line) => line.replace(/\s+/g, " ").trim());

describe("the tables", () => {
  test("begin with the machine and the run", () => {
    expect(lines.slice(0, 2)).toEqual([
      "A <CPU>, 2 cores, Node 24.0.0, V8 13.6, commit abcdef0",
      "2030-01-02, default run of 1 min 1 s",
    ]);
  });

  test("show a row with all its columns", () => {
    expect(lines).toContain("│ slab │ 8.00 │ 5.00 │ 10.0 │ 72.0 │ 5.00 │ 54.0 │ 900 │ 1.22× │ 19.5 KiB │ 0 │");
  });

  test("show bounds, failures and errors for what they are", () => {
    expect(lines).toContain("│ thi.ng │ > 2,000 │ │ │ │ 5.00 │ 56.0 │ 900 │ │ 19.5 KiB │ 0 │");
    expect(lines).toContain("thi.ng on git: stopped, 37 % done at 5,417 ns each");
    expect(lines).toContain("arena on git: out of memory, 3 refused: out of memory: no room for 64 bytes");
    expect(lines).toContain("npm-malloc on jq: corrupts, 7 blocks corrupted, 0 frees refused");
    expect(lines).toContain("buffer on jq: error, the worker ended with SIGKILL");
    expect(lines).toContain("playcanvas: unavailable, it could not be installed");
  });

  test("compare over the traces, and mark bounds", () => {
    expect(lines).toContain("│ slab │ 8.00 │ 1.00× │ 1.00–1.00 │ 1.22× │");
    expect(lines.some((line) => /^│ thi\.ng │ > 2,000 │ > 250\.00× │ │ │$/.test(line))).toBe(true);
  });

  test("end with the targets", () => {
    expect(lines).toContain(
      "│ slab vs @thi.ng/malloc, geometric mean over 7 traces (7 of its 7 times are lower bounds) │ 250× │ │ ≥ 50× │ met │",
    );
    expect(lines).toContain("│ slab, allocate + free of 64 bytes, 16,384 live │ 8.00 ns │ │ ≤ 8 ns │ met │");
  });

  test("have the interval of a ratio beside it", () => {
    expect(lines).toContain("│ slab vs AssemblyScript TLSF, geometric mean over 7 traces │ 28× │ 23–28 │ ≥ 2× │ met │");
  });

  test("leave targets out that were not measured, rather than show them reached", () => {
    // jq has no time of malloc.
    expect(tables).not.toContain("slab vs npm's malloc 1.1.0");
  });
});

describe("the page", () => {
  test("fetches nothing", () => {
    expect(page).not.toMatch(/<(script|link|img|iframe)[^>]*(src|href)=/);
    expect(page).not.toMatch(/@import|url\(/);
  });

  test("has its scripts whole: the library, the data, the drawing", () => {
    const scripts = page.match(/<script[\s\S]*?<\/script>/g)!;
    expect(scripts).toHaveLength(3);
    expect(scripts[0]).toContain("Chart.js v4");
    const data = JSON.parse(scripts[1]!.replace(/^<script[^>]*>|<\/script>$/g, ""));
    expect(data).toEqual(JSON.parse(JSON.stringify(showLatest(report).charts)));
    expect(scripts[2]).toContain("prefers-color-scheme");
  });

  test("shows text as text", () => {
    expect(page).toContain("A &lt;CPU&gt;, 2 cores");
    expect(page).not.toContain("<CPU>");
  });

  test("has the tables too, and the notes", () => {
    expect(page).toContain('<tr class="ours"><td>slab</td><td>8.00</td><td>5.00</td>');
    expect(page).toContain("<td>&gt; 2,000</td>");
    expect(page).toContain("<li>buffer on jq: error, the worker ended with SIGKILL</li>");
  });
});
