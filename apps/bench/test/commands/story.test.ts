import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RESULTS } from "../../src/base/results.ts";
import { renderPage } from "../../src/report/html/page.ts";
import type { Story } from "../../src/report/story/report.ts";
import { showStory } from "../../src/report/story/sections.ts";
import { renderText } from "../../src/report/text.ts";
import type { Request } from "../../src/worker/protocol.ts";
import { call, interrupt } from "./call.ts";
import { scratch } from "./scratch.ts";

const observation = { first: { allocate: 9, free: 9 }, steady: { allocate: 5, free: 4 }, runs: 9 };
const answer = ({ subject }: Request) => {
  const calls = subject === "phase-2" ? 1 : 0;
  return { ...observation, systemCalls: { allocate: calls, free: calls } };
};
const own = (name: string): string => readFileSync(join(RESULTS, name), "utf8");

describe("pnpm bench story", () => {
  test("measures in turns, and writes what it shows", async () => {
    const [json, html] = [join(scratch(), "out.json"), join(scratch(), "out.html")];
    const args = ["story", "--processes", "2", "--json", json, "--html", html];
    const { code, out, err } = await call(args, answer);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const text = readFileSync(json, "utf8");
    const story = JSON.parse(text) as Story;
    expect(out.startsWith(renderText(showStory(story)))).toBe(true);
    expect(out.endsWith("/story.html has charts, story.json every observation.\n")).toBe(true);
    const page = renderPage(showStory(story), `pnpm bench ${args.join(" ")}`);
    expect([readFileSync(html, "utf8"), own("story.json"), own("story.html")]).toEqual([page, text, page]);
    expect(story).toMatchObject({ schema: 2, partial: false, allocations: 6685, processes: 2 });
    expect(Object.keys(story.machine)).toEqual(["cpu", "cores", "memoryGiB", "system", "node", "v8", "commit"]);
    const names = ["phase-1", "phase-2", "phase-2.1"];
    expect(story.chapters.map(({ phase }) => phase)).toEqual(names);
    expect(story.observations.map(({ subject, round }) => [subject, round])).toEqual(
      [0, 1].flatMap((round) => names.map((name) => [name, round])),
    );
  });

  test("gives the JSON alone where that is asked for", async () => {
    const { code, out } = await call(["story", "--processes", "1", "--json", "-"], answer);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ schema: 2, allocations: 6685 });
  });

  test("goes without a phase that is not here: it is named once, and asked once", async () => {
    let asked = 0;
    const { code, out } = await call(["story", "--processes", "3"], (request) => {
      if (request.subject !== "phase-2") return answer(request);
      asked++;
      return { unavailable: "it needs a C compiler" };
    });
    expect([code, asked]).toEqual([0, 1]);
    expect(out.split("\n").filter((line) => line.includes("unavailable"))).toEqual([
      "  phase-2: unavailable, it needs a C compiler",
    ]);
  });

  test("shows the others where a phase fails, and ends with 1", async () => {
    const { code, out } = await call(["story"], (request) =>
      request.subject === "phase-1" ? { error: "no luck" } : answer(request),
    );
    expect(code).toBe(1);
    expect(out).toContain("\n  phase-1: unavailable, no luck\n");
    expect(out).toMatch(/│ {3}phase-2\.1 │ +0\.05 µs │ +5\.00 │/);
  });

  test("stopped by Ctrl-C shows what was measured until then, and ends with 130", async () => {
    let asked = 0;
    const { code, out } = await call(["story", "--processes", "100", "--json", "-"], (request) => {
      if (++asked === 5) interrupt();
      return answer(request);
    });
    expect(code).toBe(130);
    const { partial, observations } = JSON.parse(out) as Story;
    expect([partial, observations.length]).toEqual([true, 4]);
    expect(JSON.parse(own("story.json"))).toMatchObject({ partial: true });
  });

  const HINT = "\n  pnpm bench story --help says what is possible\n";
  test.each([
    [
      ["story", "--processes", "0"],
      "option '--processes <n>' argument '0' is invalid. It is a whole number from 1 to 100.",
    ],
    [
      ["story", "--processes", ""],
      "option '--processes <n>' argument '' is invalid. It is a whole number from 1 to 100.",
    ],
    [["story", "--processes"], "option '--processes <n>' argument missing"],
    [["story", "--proceses", "3"], "unknown option '--proceses'\n(Did you mean --processes?)"],
    [["story", "--quick"], "unknown option '--quick'"],
    [["--quick", "story"], "story has no option --quick"],
    [["--json", "x", "story"], "story has no option --json"],
    [["story", "phase-2"], "too many arguments for 'story'. Expected 0 arguments but got 1: phase-2."],
  ])("%j ends with 2", async (args, message) => {
    expect(await call(args)).toEqual({ code: 2, out: "", err: message + HINT });
  });
});
