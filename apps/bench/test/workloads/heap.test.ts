/** What a heap's worker finds: in this process, as the worker would; and in one of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TraceBuilder, writeTrace } from "@ariax/trace";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, parse } from "../../src/run/processes.ts";
import type { Task } from "../../src/worker/protocol.ts";
import { turnsAlone } from "../../src/worker/turns.ts";
import { type HeapRequest, observe } from "../../src/workloads/heap/observe.ts";
import { observe as fill } from "../../src/workloads/until-full/observe.ts";

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

const request = (subject: string, more: Partial<HeapRequest> = {}): HeapRequest => ({
  ...{ kind: "heap", subject, workload: "tiny.trace", trace },
  ...{ passes: ["time", "check", "latency"], budget: { warm: 10, turns: 1000 }, limit: 600_000, ...more },
});
const task = (of: HeapRequest, more: Partial<Task> = {}): Task => ({ request: of, patience: 600_000, ...more });
/** Sizes 0 to 199 are 19,900 bytes; the first fifty then grow to 50. */
const NEEDS = { events: 590, peakLive: 21_175 };
const WHOLE = { corrupted: 0, failures: 0, refusedFrees: 0, events: 590 };

describe("an observation", () => {
  test.each(["thi.ng", "npm-malloc", "assemblyscript", "uint8array", "buffer"])(
    "times and checks %s",
    async (subject) => {
      const { time, check, latency, needs, error } = await observe(request(subject), turnsAlone(3));
      expect(error).toBeUndefined();
      expect(check).toMatchObject(WHOLE);
      expect(needs).toMatchObject(NEEDS);
      expect(time).toMatchObject({ stopped: false });
      expect(latency!.batches).toBeGreaterThan(0);
    },
  );

  test("has the passes that are asked for", async () => {
    expect(Object.keys(await observe(request("nothing", { passes: ["time"] }), turnsAlone(3)))).toEqual(["time"]);
    expect(Object.keys(await observe(request("npm-malloc", { passes: ["check"] }), turnsAlone(3)))).toEqual([
      "check",
      "needs",
    ]);
  });

  test("is of heaps in JavaScript, on workloads that there are", async () => {
    await expect(observe(request("mimalloc"), turnsAlone(3))).rejects.toThrow(/^mimalloc runs in C, and not here$/);
    await expect(observe(request("none"), turnsAlone(3))).rejects.toThrow(/^there is no subject none of heap$/);
    const { trace: _, ...rest } = request("slab");
    await expect(observe({ ...rest, workload: "no" }, turnsAlone(3))).rejects.toThrow(
      /^heaps can't be measured on no$/,
    );
  });

  test("counts operations until full", async () => {
    const { operations, used } = await fill({ kind: "until-full", subject: "thi.ng", workload: "until-full" });
    expect(operations).toBeGreaterThan(10_000);
    expect(used).toBeGreaterThan(0.8);
  });
});

describe("a worker", () => {
  test("answers what it observed", async () => {
    expect(await ask(task(request("npm-malloc", { passes: ["check"] })))).toMatchObject({ check: WHOLE, needs: NEEDS });
  });

  test("whose file is gone, or that can't be started, answers with an error", async () => {
    expect(await ask(task(request("nothing", { trace: join(folder, "none.trace") })))).toEqual({
      error: expect.stringMatching(/^ENOENT: no such file or directory/),
    });
    expect(await ask(task(request("nothing"), { worker: join(folder, "no-worker.ts") }))).toEqual({
      error: expect.stringMatching(/Cannot find module/),
    });
  });

  test("that fails in its own way, or never ends, is an error of one line", async () => {
    const worker = join(folder, "worker.mjs");
    const answer = (source: string, patience = 600_000) => {
      writeFileSync(worker, source);
      return ask(task(request("nothing"), { worker, patience }));
    };
    expect(await answer("process.stderr.write('no luck\\n'); process.exit(3);")).toEqual({ error: "no luck" });
    expect(await answer("process.exit(3);")).toEqual({ error: "the worker ended with exit code 3" });
    expect(await answer("process.kill(process.pid, 'SIGKILL');")).toEqual({ error: "the worker ended with SIGKILL" });
    expect(await answer("setInterval(() => {}, 1000);", 1)).toEqual({ error: "hangs: no answer in 0 s" });
  });

  test("is ended by Ctrl-C", async () => {
    const worker = join(folder, "endless.mjs");
    writeFileSync(worker, "setInterval(() => {}, 1000);");
    const abort = new AbortController();
    const answer = ask(task(request("nothing"), { worker }), abort.signal);
    abort.abort();
    expect(await answer).toMatchObject({ error: expect.any(String) });
  });
});

describe("what a worker prints", () => {
  test("is an object, or an error", () => {
    expect(parse('{"error":"x"}')).toEqual({ error: "x" });
    expect(parse("[]")).toEqual({ error: 'unreadable answer of the worker: "[]"' });
    expect(parse("")).toEqual({ error: 'unreadable answer of the worker: ""' });
  });
});
