import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { TraceBuilder, writeTrace } from "@ariax/trace";
import { describe, expect, test } from "vitest";
import type { Report } from "../../src/report/latest/report.ts";
import type { Request } from "../../src/worker/protocol.ts";
import { call as callWith, interrupt } from "./call.ts";
import { scratch } from "./scratch.ts";

const call = (...args: string[]) => callWith(args);
const HINT = "\n  pnpm bench --help says what is possible\n";

describe("wrong arguments end with 2 and say what is possible", () => {
  test.each([
    [["--verbose"], "unknown option '--verbose'"],
    [["--quik"], "unknown option '--quik'\n(Did you mean --quick?)"],
    [["--rounds", "0"], "option '--rounds <n>' argument '0' is invalid. It is a whole number from 1 to 1000."],
    [["--rounds", "2.5"], "option '--rounds <n>' argument '2.5' is invalid. It is a whole number from 1 to 1000."],
    [["--rounds", ""], "option '--rounds <n>' argument '' is invalid. It is a whole number from 1 to 1000."],
    [["--limit", "nan"], "option '--limit <seconds>' argument 'nan' is invalid. It is a number from 0.01 to 3600."],
    [["--limit", "soon"], "option '--limit <seconds>' argument 'soon' is invalid. It is a number from 0.01 to 3600."],
    [["--quick", "--full"], "option '--quick' cannot be used with option '--full'"],
    [["--trace"], "option '--trace <file>' argument missing"],
    [["slab"], 'unknown command "slab"; subjects and workloads are named with --subject and --workload'],
  ])("%j", async (args, message) => {
    expect(await call(...args)).toEqual({ code: 2, out: "", err: message + HINT });
  });

  test.each(["--subject", "--workload", "--with"])("%s without a name is not everything", async (option) => {
    for (const blank of ["", " ", ",", "slab,", ",slab", "slab, ,git"]) {
      const flags = `option '${option} <name...>' argument '${blank}' is invalid. It has an empty name.`;
      expect(await call(option, blank)).toEqual({ code: 2, out: "", err: flags + HINT });
      expect((await call(`${option}=${blank}`)).code).toBe(2);
      expect((await call(option, "slab", blank)).code).toBe(2);
    }
  });

  test("a subject that there is not", async () => {
    const { code, err } = await call("--subject", "slap");
    expect(code).toBe(2);
    expect(err).toMatch(
      /^unknown subject "slap"; did you mean "slab"\?\n {2}possible: slab, slab-argument, .*arena, .*thi\.ng, /,
    );
  });

  test("a workload that there is not", async () => {
    const { code, err } = await call("--workload", "redis,nginks");
    expect(code).toBe(2);
    expect(err).toMatch(/^unknown workload "nginks"; did you mean "nginx"\?\n {2}possible: git, jq,/);
  });

  test("subjects that fit none of the workloads", async () => {
    expect(await call("--subject", "bitset", "--workload", "git")).toEqual({
      code: 2,
      out: "",
      err: `none of the subjects (bitset) can be measured on any of the workloads (git)${HINT}`,
    });
  });

  test("a trace that is not there, or is none", async () => {
    expect((await call("--trace", "/no/such.trace")).err).toMatch(/^--trace: ENOENT: no such file/);
    expect((await call("--trace", "")).err).toMatch(/^--trace: ENOENT: no such file/);
    for (const other of [scratch(), "/dev/null"]) {
      expect(await call("--trace", other)).toEqual({ code: 2, out: "", err: `--trace: ${other} is no file${HINT}` });
    }
    const file = join(scratch(), "not-a-trace");
    writeFileSync(file, Uint8Array.of(1, 2, 3));
    const { code, err } = await call("--trace", file);
    expect(code).toBe(2);
    expect(err).toMatch(/^--trace: invalid trace: event 0 at byte 0: /);
  });

  test("a trace without an event", async () => {
    const file = join(scratch(), "empty.trace");
    writeFileSync(file, await writeTrace(new TraceBuilder().build()));
    const err = `--trace: there is nothing in it to replay${HINT}`;
    expect(await call("--trace", file)).toEqual({ code: 2, out: "", err });
  });
});

test("results do not go over the trace that they are of", async () => {
  const file = join(scratch(), "mine.trace");
  const builder = new TraceBuilder();
  builder.free(builder.allocate(8));
  writeFileSync(file, await writeTrace(builder.build()));
  const err = `--json: ${file} is the trace that is to be read${HINT}`;
  expect(await call("--trace", file, "--json", file)).toEqual({ code: 2, out: "", err });
});

describe("what measures nothing", () => {
  test("--help", async () => {
    const { code, out } = await call("--help");
    expect(code).toBe(0);
    expect(out).toContain("--trace <file>");
    expect(out).toContain("/latest.json and latest.html.");
  });

  test("--list names every subject and workload but the loops", async () => {
    const { code, out } = await call("--list");
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}slab {15}general-purpose heap, on an ArrayBuffer$/m);
    expect(out).toMatch(/^ {2}playcanvas .*\(on request\)$/m);
    expect(out).toMatch(/^ {2}redis {14}redis-benchmark over eight commands$/m);
    expect(out).not.toMatch(/^ {2}nothing/m);
  });
});

/** A time for each, of whatever kind. */
const answer = ({ kind }: Request) =>
  kind === "until-full"
    ? { operations: 1000, used: 0.9 }
    : { time: { stopped: false, best: 5, turns: [5], first: 5, replaysPerWindow: 1, warmReplays: 1, collections: 0 } };

describe("pnpm bench", () => {
  test("measures what is named, and says what of it can't be", async () => {
    const args = ["--subject", "bitset,slab", "--workload", "pairs,find-last", "--with", "metadata-*", "--json", "-"];
    const { code, out, err } = await callWith(args, answer);
    expect({ code, err }).toEqual({
      code: 0,
      err: "not measured: metadata-*, on none of the workloads chosen\n",
    });
    const { rows } = JSON.parse(out) as Report;
    expect(rows.map(({ subject, workload }) => `${subject} ${workload}`)).toEqual([
      ...["nothing pairs", "slab pairs", "nothing-bits find-last", "bitset find-last"],
    ]);
    expect((await callWith(["--subject", "bitset,slab", "--workload", "pairs"], answer)).err).toBe(
      "not measured: bitset, on none of the workloads chosen\n",
    );
    expect((await callWith(["--subject", "slab", "--workload", "pairs,record-*,bits"], answer)).err).toBe(
      "not measured: record-*, bits, by none of the subjects chosen\n",
    );
    expect((await callWith(["--subject", "ours", "--workload", "pairs"], answer)).err).toBe("");
  });

  test("measures your trace from its file, also where it is called like one of ours", async () => {
    const file = join(scratch(), "git");
    const builder = new TraceBuilder();
    builder.free(builder.allocate(8));
    writeFileSync(file, await writeTrace(builder.build()));
    const asked: Request[] = [];
    const { code, out } = await callWith(
      ["--trace", file, "--workload", "git", "--subject", "slab", "--rounds", "1", "--json", "-"],
      (request) => {
        asked.push(request);
        return answer(request);
      },
    );
    expect(code).toBe(0);
    expect((JSON.parse(out) as Report).workloads.map(({ name, group }) => [name, group])).toEqual([
      ["your git", "yours"],
      ["git", "traces"],
    ]);
    const traces = asked
      .filter(({ kind }) => kind === "heap")
      .map((one) => [one.workload, "trace" in one && one.trace]);
    expect(new Set(traces.map(String))).toEqual(new Set([`your git,${file}`, "git,"]));
  });

  test("leaves out who is not here, says why in one line, and asks no more", async () => {
    const asked: string[] = [];
    const args = ["--subject", "wasm,native,slab", "--workload", "pairs,batch", "--json", "-"];
    const { code, out } = await callWith(args, (request) => {
      asked.push(`${request.kind} ${request.subject}`);
      return request.subject === "slab" || request.subject === "nothing"
        ? answer(request)
        : { unavailable: "none here" };
    });
    expect(code).toBe(0);
    const { rows, unavailable, subjects } = JSON.parse(out) as Report;
    expect(unavailable).toEqual(["wasm, native: unavailable, none here"]);
    expect(subjects.map(({ name }) => name)).toEqual(["nothing", "slab"]);
    expect(rows).toHaveLength(4);
    expect(asked.filter((one) => one === "heap wasm")).toHaveLength(1);
  });

  test("ends with 1 where one of ours fails, with 0 where a rival does", async () => {
    const failing = (name: string) => (request: Request) =>
      request.subject === name ? { error: "it crashed" } : answer(request);
    const args = ["--subject", "slab,npm-malloc", "--workload", "pairs"];
    expect((await callWith(args, failing("npm-malloc"))).code).toBe(0);
    const { code, out } = await callWith(args, failing("slab"));
    expect(code).toBe(1);
    expect(out).toContain("\n  slab on pairs: error, it crashed\n");
  });

  test("stopped by Ctrl-C shows what was measured until then, and ends with 130", async () => {
    let asked = 0;
    const { code, out } = await callWith(["--quick", "--json", "-"], (request) => {
      if (++asked === 30) interrupt();
      return answer(request);
    });
    expect(code).toBe(130);
    const { partial, observations } = JSON.parse(out) as Report;
    // What was filled, and a match of 14; the next was cut off.
    expect([partial, observations.length]).toEqual([true, 21]);
    expect(asked).toBeLessThanOrEqual(35);
  });
});
