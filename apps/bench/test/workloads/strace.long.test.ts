/**
 * The system calls of the story, by a witness that is not ours: strace, over the story's own worker. A worker does its first
 * run and as many more as it is told, and nothing by the clock, so that calls can be counted against blocks.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inNode } from "../../src/run/processes.ts";
import type { PhaseSpec } from "../../src/subjects/phases/phases.ts";
import type { PhaseObservation } from "../../src/workloads/story/observe.ts";
import { ALLOCATIONS } from "../../src/workloads/story/run.ts";
import { mapped, unless } from "../mapped.ts";

/** Why nothing can be traced here. */
const reason = ((): string | undefined => {
  const { status, stderr, error } = spawnSync("strace", ["-f", "-qq", "-e", "trace=none", "true"], {
    encoding: "utf8",
  });
  if (error !== undefined) return "no strace on PATH";
  return status === 0 ? undefined : `strace can't trace here: ${stderr.split("\n", 1)[0]}`;
})();

/** As phase 2's addon maps a record. Another thread's call may come between the two ends of a line. */
const MAPS = /mmap\(NULL, 4096, PROT_READ\|PROT_WRITE, MAP_PRIVATE\|MAP_ANONYMOUS, -1, 0[ )]/g;
const UNMAPS = /munmap\(0x[0-9a-f]+, 4096[ )]/g;

describe.skipIf(reason !== undefined)(unless(reason, "under strace"), () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ariax-strace-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What strace writes with `options` of a phase's worker, all threads, and what the worker itself says. */
  function trace(phase: PhaseSpec["name"], runs: number, ...options: string[]) {
    const file = join(folder, "calls");
    const request = { kind: "story", subject: phase, workload: "story", runs };
    const worker = inNode({ request, patience: 0, isCold: true });
    const args = ["-f", "-qq", "-e", "signal=none", "-o", file, ...options, worker.command, ...worker.args];
    const { status, stdout, stderr } = spawnSync("strace", args, { encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return { calls: readFileSync(file, "utf8"), observation: JSON.parse(stdout) as PhaseObservation };
  }

  const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const memoryCalls = (phase: PhaseSpec["name"], runs: number) => {
    const { calls, observation } = trace(phase, runs, "-e", "trace=mmap,munmap");
    const [maps, unmaps] = [count(calls, MAPS), count(calls, UNMAPS)];
    const others = { maps: count(calls, / mmap\(/g) - maps, unmaps: count(calls, / munmap\(/g) - unmaps };
    return { maps, unmaps, others, observation };
  };

  test.skipIf(mapped.reason !== undefined).each([1, 3])(
    unless(mapped.reason, "phase 2 makes one mmap for each block and one munmap, as its addon counts, in 1 + %i runs"),
    (runs) => {
      const { maps, unmaps, others, observation } = memoryCalls("phase-2", runs);
      const blocks = (1 + runs) * ALLOCATIONS;
      expect(observation.systemCalls).toEqual({ allocate: 1, free: 1 });
      expect(maps).toBe(blocks);
      // Now and then Node unmaps a page of its own.
      expect(unmaps - blocks).toBeGreaterThanOrEqual(0);
      expect(unmaps - blocks).toBeLessThan(10);
      // Of any other size and kind: no more than Node makes for phase 1, and some to load the addon.
      const node = memoryCalls("phase-1", runs);
      expect([node.maps, node.observation.systemCalls]).toEqual([0, { allocate: 0, free: 0 }]);
      expect(others.maps - node.others.maps).toBeLessThan(200);
      expect(others.unmaps - node.others.unmaps).toBeLessThan(200);
    },
  );

  test.each(["phase-1", "phase-2.1"] as const)(
    "%s makes no system call of any kind that grows with the number of blocks",
    (phase) => {
      const total = (runs: number): number => {
        const { calls, observation } = trace(phase, runs, "-c");
        expect(observation).toMatchObject({ runs, systemCalls: { allocate: 0, free: 0 } });
        return Number(/^100\.00 .*? (\d+) +(?:\d+ +)?total$/m.exec(calls)![1]);
      };
      const few = total(1);
      expect(few).toBeGreaterThan(100);
      // Node's own threads wait for each other some hundred times more or less. Of a million blocks that is nothing.
      const more = total(301) - few;
      expect(more / (300 * ALLOCATIONS)).toBeLessThan(0.001);
    },
  );
});
