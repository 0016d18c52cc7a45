import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RESULTS } from "../../src/base/results.ts";
import { renderPage } from "../../src/report/html/page.ts";
import type { KvReport } from "../../src/report/kv/parts.ts";
import { showKv } from "../../src/report/kv/sections.ts";
import { renderText } from "../../src/report/text.ts";
import { BOOKS } from "../../src/subjects/kv/subjects.ts";
import type { Answer, Request } from "../../src/worker/protocol.ts";
import { CALLS } from "../../src/workloads/kv/calls.ts";
import { OPERATIONS, SCALE } from "../../src/workloads/kv/operations.ts";
import { call, interrupt } from "./call.ts";
import { scratch } from "./scratch.ts";

const TIMES: Readonly<Record<string, number>> = { pool: 12, objects: 102, map: 1002, nothing: 2 };
const answer = ({ subject }: Request): Answer => ({
  time: { stopped: false, best: TIMES[subject] ?? 9 },
  ...{ lookups: 1_000_000, requests: 9 },
});
const scaled = OPERATIONS.filter(({ isScaled }) => isScaled).length;

// Whether the real trace is here or not.
beforeEach(() => vi.stubEnv("ARIAX_KV_TRACES", scratch()));
afterEach(() => vi.unstubAllEnvs());

describe("pnpm bench kv", () => {
  test("measures all, in matches, and writes what it shows", async () => {
    const [json, html] = [join(scratch(), "out.json"), join(scratch(), "out.html")];
    const asked: Request[] = [];
    const args = ["kv", "--json", json, "--html", html];
    const { code, out, err } = await call(args, (request) => {
      asked.push(request);
      return answer(request);
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const text = readFileSync(json, "utf8");
    const report = JSON.parse(text) as KvReport;
    expect(out.startsWith(renderText(showKv(report)))).toBe(true);
    expect(readFileSync(join(RESULTS, "kv.json"), "utf8")).toBe(text);
    expect(readFileSync(html, "utf8")).toBe(renderPage(showKv(report), `pnpm bench ${args.join(" ")}`));
    expect(report).toMatchObject({ schema: 1, mode: "default", blocks: 24_576, failures: [] });
    expect(asked.length).toBe(3 * (BOOKS.length * (OPERATIONS.length + scaled * SCALE.length + 1) + CALLS.length));
    expect(asked.every(({ takesTurns }) => takesTurns)).toBe(true);
  });

  test("--quick is one round, and fewer sizes", async () => {
    let asked = 0;
    const { code, out } = await call(["kv", "--quick", "--json", "-"], (request) => {
      asked++;
      return answer(request);
    });
    expect(code).toBe(0);
    expect(asked).toBe(BOOKS.length * (OPERATIONS.length + 2 * scaled + 1) + CALLS.length);
    expect(JSON.parse(out)).toMatchObject({ mode: "quick" });
  });

  test("names a trace that is not here, and does without it", async () => {
    const { out } = await call(["kv", "--quick"], answer);
    expect(out).toContain(
      "\n  conversation: unavailable, $ARIAX_KV_TRACES names no folder of mooncake-conversation.jsonl.gz\n",
    );
    expect(out).toContain("│ generated ");
  });

  test.each([
    ["pool", 1],
    ["map", 0],
  ])("where %s fails it shows the others, and ends with %d", async (subject, expected) => {
    const { code, out } = await call(["kv", "--quick"], (request) =>
      request.subject === subject ? { error: "no luck" } : answer(request),
    );
    expect(code).toBe(expected);
    expect(out).toContain(`\n  ${subject} on find, hit: 24576: no luck\n`);
  });

  test("stopped by Ctrl-C shows what was measured until then, and ends with 130", async () => {
    let asked = 0;
    const { code, out } = await call(["kv", "--json", "-"], (request) => {
      if (++asked === 5) interrupt();
      return answer(request);
    });
    expect(code).toBe(130);
    const { partial, operations } = JSON.parse(out) as KvReport;
    expect([partial, operations.length]).toEqual([true, 1]);
  });

  const HINT = "\n  pnpm bench kv --help says what is possible\n";
  test.each([
    [["kv", "--fast"], "unknown option '--fast'"],
    [["--quick", "kv"], "kv has no option --quick"],
    [["kv", "conversation"], "too many arguments for 'kv'. Expected 0 arguments but got 1: conversation."],
  ])("%j ends with 2", async (args, message) => {
    expect(await call(args)).toEqual({ code: 2, out: "", err: message + HINT });
  });
});
