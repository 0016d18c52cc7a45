import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { RESULTS } from "../../src/base/results.ts";
import { renderText } from "../../src/report/text.ts";
import type { ThreadsReport } from "../../src/report/threads/parts.ts";
import { showThreads } from "../../src/report/threads/sections.ts";
import { THREAD_NAMES } from "../../src/run/plans/threads.ts";
import type { Answer, Request } from "../../src/worker/protocol.ts";
import { call, interrupt } from "./call.ts";

const answer = ({ kind, workload }: Request): Answer => {
  if (kind === "heap") return { time: { stopped: false, best: 10 } };
  if (workload === "held") return { samples: [1, 2, 3, 4].map((i) => [i, 100]), by: "system", blocks: 9 };
  if (workload === "stopped") return { victims: [{ call: "free", running: [9], stopped: [9], killed: [9] }] };
  const windows = { 1: [[5]], 2: [[5, 5]], "alone 0": [[5]], "alone 1": [[5]], bare: [[5]], written: [[6]] };
  return { windows, latency: [] };
};

describe("pnpm bench threads", () => {
  test("measures all, and writes what it shows", async () => {
    const asked: string[] = [];
    const { code, out, err } = await call(["threads"], (request) => {
      asked.push(request.workload);
      return answer(request);
    });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const report = JSON.parse(readFileSync(join(RESULTS, "threads.json"), "utf8")) as ThreadsReport;
    expect(out.startsWith(renderText(showThreads(report)))).toBe(true);
    expect(report).toMatchObject({ schema: 1, mode: "default", heldSeconds: 30, failures: [] });
    const workloads = [...new Set(asked)];
    expect(workloads.slice(7)).toEqual(THREAD_NAMES.slice(1));
    // What goes on for long is done once.
    expect(asked.filter((name) => name === "held").length).toBe(3);
    expect(asked.filter((name) => name === "own").length).toBe(4 * 7);
  });

  test("only those that are named, and quickly", async () => {
    const asked: Request[] = [];
    const { code } = await call(["threads", "--quick", "--workload", "hand*,stopped"], (request) => {
      asked.push(request);
      return answer(request);
    });
    expect(code).toBe(0);
    expect(asked.map(({ workload, subject }) => `${workload} ${subject}`)).toEqual([
      ...["hand-over-1 offset", "hand-over-1 copies", "hand-over-64 offset", "hand-over-64 copies"],
      ...["stopped lanes", "stopped lanes-processes", "stopped spin", "stopped wait"],
    ]);
  });

  test("names those that are not here once, each by its reason, and goes on", async () => {
    const { code, out } = await call(["threads", "--workload", "xmalloc*"], (request) =>
      request.workload === "xmalloc-c" ? { unavailable: "no C compiler (cc, gcc or clang)" } : answer(request),
    );
    expect(code).toBe(0);
    const lines = out.split("\n").filter((line) => line.includes("unavailable"));
    expect(lines).toEqual(["  engine-c, mimalloc, jemalloc, glibc: unavailable, no C compiler (cc, gcc or clang)"]);
  });

  test.each([
    ["lanes", 1],
    ["wait", 0],
  ])("where %s fails it shows the others, and ends with %d", async (subject, expected) => {
    const { code, out } = await call(["threads", "--workload", "stopped"], (request) =>
      request.subject === subject ? { error: "no luck" } : answer(request),
    );
    expect(code).toBe(expected);
    expect(out).toContain(`\n  ${subject} on stopped: no luck\n`);
    expect(out).toContain("│ spin ");
  });

  test("stopped by Ctrl-C shows what was measured until then, and ends with 130", async () => {
    let asked = 0;
    const { code, out } = await call(["threads", "--workload", "stopped", "--json", "-"], (request) => {
      if (++asked === 3) interrupt();
      return answer(request);
    });
    expect(code).toBe(130);
    const { partial, observations } = JSON.parse(out) as ThreadsReport;
    expect([partial, observations.length]).toEqual([true, 2]);
  });

  const HINT = "\n  pnpm bench threads --help says what is possible\n";
  test.each([
    [
      ["threads", "--workload", "helt"],
      `unknown workload "helt"; did you mean "held"?\n  possible: ${THREAD_NAMES.join(", ")}; or a glob like "t*"`,
    ],
    [["threads", "--full"], "unknown option '--full'"],
    [["--quick", "threads"], "threads has no option --quick"],
    [["threads", "own"], "too many arguments for 'threads'. Expected 0 arguments but got 1: own."],
  ])("%j ends with 2", async (args, message) => {
    expect(await call(args)).toEqual({ code: 2, out: "", err: message + HINT });
  });
});
