import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TraceBuilder, writeTrace } from "@ariax/trace";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseObservation, type Request, UNTIL_FULL } from "../src/protocol.ts";
import { observeInProcess } from "../src/spawn.ts";

let folder = "";
let trace = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ariax-bench-"));
  trace = join(folder, "tiny.trace");
  const builder = new TraceBuilder();
  const ids = Array.from({ length: 200 }, (_, i) => builder.allocate(i));
  for (const id of ids) builder.reallocate(id, 50);
  for (const id of ids.slice(10)) builder.free(id);
  writeFileSync(trace, await writeTrace(builder.build()));
});
afterAll(() => rmSync(folder, { recursive: true }));

const request = (subject: string, more: Partial<Request> = {}): Request => ({
  subject,
  workload: "tiny.trace",
  trace,
  passes: ["time", "check", "latency"],
  budget: 20,
  limit: 2000,
  ...more,
});
/** Sizes 0 to 199 are 19,900 bytes; the first fifty then grow to 50. */
const NEEDS = { events: 590, peakLive: 21_175 };

describe("a worker", () => {
  test.each(["thi.ng", "malloc", "assemblyscript", "uint8array", "buffer"])("times and checks %s", async (subject) => {
    const { time, check, latency, needs, error } = await observeInProcess(request(subject));
    expect(error).toBeUndefined();
    expect(check).toMatchObject({ corrupted: 0, failures: 0, refusedFrees: 0, events: 590 });
    expect(needs).toMatchObject(NEEDS);
    expect(time).toMatchObject({ stopped: false });
    expect(latency!.batches).toBeGreaterThan(0);
  });

  test("does the passes that are asked for", async () => {
    const timed = await observeInProcess(request("nothing", { passes: ["time"] }));
    expect(Object.keys(timed)).toEqual(["time"]);
    const checked = await observeInProcess(request("malloc", { passes: ["check"] }));
    expect(Object.keys(checked)).toEqual(["check", "needs"]);
  });

  test("counts operations until full", async () => {
    const { untilFull } = await observeInProcess(request("thi.ng", { workload: UNTIL_FULL }));
    expect(untilFull!.operations).toBeGreaterThan(10_000);
    expect(untilFull!.used).toBeGreaterThan(0.8);
  });

  test("whose file is gone is an observation with an error", async () => {
    const { error, time } = await observeInProcess(request("nothing", { trace: join(folder, "none.trace") }));
    expect(error).toMatch(/^Error: ENOENT: no such file or directory/);
    expect(time).toBeUndefined();
  });

  test("that can't be started is one too", async () => {
    const { error } = await observeInProcess(request("nothing"), join(folder, "no-worker.ts"));
    expect(error).toMatch(/Cannot find module/);
  });
});

describe("parseObservation", () => {
  test("takes objects only", () => {
    expect(parseObservation('{"error":"x"}')).toEqual({ error: "x" });
    expect(parseObservation("[]")).toEqual({ error: 'unreadable answer of the worker: "[]"' });
    expect(parseObservation("")).toEqual({ error: 'unreadable answer of the worker: ""' });
  });
});
