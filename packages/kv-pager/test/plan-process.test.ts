/** The command as a process of its own, from its source, on traces that nobody here wrote. */
import { spawn } from "node:child_process";
import { closeSync, createReadStream, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { TABLE, TRACES, type TraceName } from "./traces.ts";

const MAIN = join(import.meta.dirname, "../src/plan/main.ts");

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** `stdin` is a file; `stop`: nobody reads what it prints. */
function start(args: readonly string[], { stdin, stop }: { stdin?: string; stop?: true } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args]);
    let [out, err] = ["", ""];
    child.stdout.on("data", (piece) => {
      out += piece;
      if (stop) child.stdout.destroy();
    });
    child.stderr.on("data", (piece) => {
      err += piece;
    });
    child.stdin.on("error", () => {}); // it may have ended before all was read
    if (stdin === undefined) child.stdin.end();
    else createReadStream(stdin).pipe(child.stdin);
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

describe.each(["conversation", "synthetic"] as const)("Mooncake's %s trace", (name: TraceName) => {
  test.skipIf(TRACES === undefined)("hits equal vLLM's, to the block", async () => {
    const path = join(TRACES!, `mooncake-${name}.jsonl.gz`);
    const { lookups, hits } = TABLE[name];
    const blocks = hits.map(([one]) => one).join();
    const right = hits.map(([blocks, hits]) => ({ policy: "vllm", blocks, lookups, hits }));
    const options = ["--blocks", blocks, "--policy", "vllm", "--json"];
    const file = await start(["plan", path, ...options]);
    expect(file.code).toBe(0);
    expect(JSON.parse(file.out)).toEqual(right);
    if (times(0, 1) === 0) return;
    expect(JSON.parse((await start(["plan", "-", ...options], { stdin: path })).out)).toEqual(right);
  });
});

test("what is wrong ends it with 2, what can't be read with 1", async () => {
  expect(await start(["plan", "x", "--blocks", "0"])).toMatchObject({ code: 2, out: "" });
  const nowhere = await start(["plan", join(import.meta.dirname, "nowhere"), "--blocks", "1"]);
  expect(nowhere).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringMatching(/^kv-pager: .*nowhere: can't be read \(ENOENT: there is no such file\)\n$/),
  });
});

test("a reader that has seen enough ends it, without a word", async () => {
  const { code, err } = await start(["generate", "--requests", "100000000"], { stop: true });
  expect({ code, err }).toEqual({ code: 1, err: "" });
});

test.skipIf(!existsSync("/dev/full"))("a result that finds no room says so", async () => {
  const full = openSync("/dev/full", "w");
  const child = spawn(process.execPath, [MAIN, "generate", "--requests", "9"], { stdio: ["ignore", full, "pipe"] });
  let err = "";
  child.stderr?.on("data", (piece) => {
    err += piece;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  closeSync(full);
  expect([code, err]).toEqual([1, "kv-pager: standard output: can't be written (ENOSPC)\n"]);
});
