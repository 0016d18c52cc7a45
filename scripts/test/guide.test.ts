import { describe, expect, test } from "vitest";
import { PARTS } from "../../apps/bench/src/workloads/parts/parts.ts";
import { SCENARIOS } from "../../apps/bench/src/workloads/scenarios/scenarios.ts";
import { reportOf as report } from "../../apps/bench/test/report/ariax-fixture.ts";
import { guideTables, markerOf, table } from "../lib/guide.ts";
import { markersIn } from "../lib/markers.ts";
import { readText } from "../lib/workspace.ts";

const guide = readText("docs/ariax-optimisation-guide.md");

describe("the guide", () => {
  test("has a line for each of AriaX's parts, for each scenario, and for the claims", () => {
    const parts = PARTS.filter(({ name }) => !name.startsWith("V8's advice")).map(({ name }) => markerOf(name));
    const scenarios = SCENARIOS.filter(({ name }) => !/^tick-\d+$/.test(name)).map(({ name }) => name);
    expect(markersIn(guide).sort()).toEqual(
      [...parts, ...scenarios, "browser", "claims", "pooling", "real-time", "story"].sort(),
    );
  });

  test("has steps, each with the code before and after, and the command that measures it", () => {
    const steps = guide.split(/^## Step \d+: /m).slice(1);
    expect(steps.length).toBe(8);
    for (const step of steps) {
      expect(step.match(/^```ts$/gm)?.length).toBeGreaterThanOrEqual(2);
      expect(step).toMatch(/^Measure: .*`pnpm /m);
    }
    for (const step of steps.slice(0, -1)) expect(step).toMatch(/^Before: ?[\s\S]*^After: ?/m);
  });

  test("shows what was measured: no table is empty", () => {
    for (const name of markersIn(guide)) {
      const content = new RegExp(`<!-- ${name}:begin[^\n]*-->\n(.*?)<!-- ${name}:end -->`, "s").exec(guide)?.[1];
      expect(content?.trim(), name).not.toBe("");
    }
  });
});

describe("a run becomes tables", () => {
  const tables = guideTables(report());

  test("of claims, with their definitions and the machine", () => {
    const text = tables.get("claims")!;
    expect(text).toMatch(
      /^`pnpm bench ariax` on .+, \d+ cores, Node .+, \d{4}-\d\d-\d\d, commit \w+; it took \d+ s\.\n\n\|/,
    );
    expect(text).toMatch(/^\| tick stability \| \+15–20 % \| .+ \| `pnpm bench ariax --scenario real-time` \|$/m);
    expect(text).toMatch(/^- \*allocation\*: .+\.$/m);
  });

  test("of scenarios: stopped rows as bounds, what went wrong below", () => {
    const text = tables.get("states")!;
    expect(text).toMatch(/^\| phase-2 \| > 1,?000 \|/m);
    expect(text).toContain("malloc on states: wrong, it read back 78, the others 77.");
    expect(text.split("\n")[0]).toMatch(/^states: .+ events, .+ steps .+\.$/);
  });

  test("of parts, by their names", () => {
    for (const part of report().parts)
      expect(tables.get(markerOf(part.name))).toMatch(/^\| {2}\| measured|^not measured: /);
  });

  test("a bar in a cell does not end it", () => {
    expect(table({ head: ["", "b"], lines: [["x|y", "1"]] })).toBe("|  | b |\n| --- | ---: |\n| x\\|y | 1 |\n");
  });
});
