/** No verb makes a system call: neither by the addon, which counts its own, nor, as strace sees it, by the process for memory. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { NativeAllocator } from "../src/index.ts";
import { work } from "./children/work.ts";
import { callsOf, ENGINES, MiB } from "./heaps.ts";
import { child, describeNative } from "./native.ts";

const folder = mkdtempSync(join(tmpdir(), "ariax-strace-"));
afterAll(() => rmSync(folder, { recursive: true }));

const hasStrace = spawnSync("strace", ["-V"]).status === 0;

/** The system calls in a log of strace that have an address from `from` to `to`, by their names. */
function callsAt(log: string, from: number, to: number): string[] {
  const calls = [...log.matchAll(/(\w+)\((0x[0-9a-f]+|NULL), .* = (0x[0-9a-f]+|0)$/gm)];
  return calls
    .filter(([, , a, b]) => [a, b].some((at) => Number(at) >= from && Number(at) < to))
    .map(([, name]) => name);
}

describe.each(ENGINES)("the engine in %s", (engine) => {
  describeNative("works without the system", () => {
    test("in hundreds of thousands of calls", () => {
      using heap = new NativeAllocator({ capacity: 16 * MiB, engine });
      let calls = 0;
      expect(callsOf(() => void (calls = work(heap, 300)))).toBe(0);
      expect(calls).toBeGreaterThan(300_000);
      expect(callsOf(() => [heap.stats(), heap.verify()])).toBe(0);
    });

    test.skipIf(!hasStrace)(`as strace sees it${hasStrace ? "" : " (skipped: there is no strace)"}`, () => {
      const file = join(folder, engine);
      // Without -f: of the thread that runs JavaScript.
      const args = ["-e", "trace=%memory", "-o", file, process.execPath, child("work"), engine];
      const { status, stdout, stderr } = spawnSync("strace", args, { encoding: "utf8" });
      expect([status, stdout, stderr]).toEqual([0, "3\n", ""]); // what the addon counted
      const log = readFileSync(file, "utf8");
      const mapped = /mmap\(NULL, 16785408, PROT_NONE, .* = (0x[0-9a-f]+)/.exec(log);
      const [from, to] = [Number(mapped?.[1]), Number(mapped?.[1]) + 16785408]; // 16 MiB, and two guards
      const life = log.slice(mapped?.index, log.indexOf(`munmap(${mapped?.[1]}`) + 60);
      expect(callsAt(life, from, to)).toEqual(["mmap", "mprotect", "munmap"]);
    });
  });
});
