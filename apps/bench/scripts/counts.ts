/**
 * Instructions, and branches that the processor would have foreseen wrongly, an event, net of the loop: our engine in C, mimalloc
 * and glibc on the bench's traces and replacements. By hand, with a C compiler, valgrind and libmimalloc; a few minutes:
 *
 *     node apps/bench/scripts/counts.ts [workload ...]
 *
 * Two replays less one, so that starting and loading are not counted. They repeat exactly; valgrind's model of a predictor is a
 * simple one, and its branches are an upper bound.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeForC } from "../src/run/c-program.ts";
import { roomFor } from "../src/subjects/room.ts";
import { REPLACEMENTS } from "../src/workloads/heap/replacement.ts";
import { TRACES } from "../src/workloads/heap/traces.ts";

const NATIVE = fileURLToPath(new URL("../native/", import.meta.url));
const ENGINE = fileURLToPath(new URL("../../../packages/engine-c/", import.meta.url));
const NAMES = ["engine-c", "mimalloc", "glibc"];
const folder = mkdtempSync(join(tmpdir(), "counts-"));

/** Builds the program that paths.ts steps through, and this replays with; as the bench builds its own. */
export function buildPaths(path: string): void {
  const ours = [`-DENGINE="${ENGINE}src/ariax.c"`, `-I${ENGINE}include`, "engine.c"];
  execFileSync("cc", ["-std=c11", "-O2", "-DNDEBUG", "paths.c", ...ours, "-ldl", "-o", path], { cwd: NATIVE });
}

/** Instructions and mispredicted branches, all processes of one run. */
function run(args: readonly string[]): readonly [number, number] {
  const out = join(folder, "out");
  const flags = ["--tool=cachegrind", "--cache-sim=no", "--branch-sim=yes", `--cachegrind-out-file=${out}`];
  execFileSync("valgrind", [...flags, join(folder, "paths"), ...args], { stdio: "pipe" });
  const text = readFileSync(out, "utf8");
  const names = /^events: (.*)$/m.exec(text)![1]!.split(" ");
  const totals = /^summary: (.*)$/m.exec(text)![1]!.split(" ").map(Number);
  const of = (name: string): number => totals[names.indexOf(name)]!;
  return [of("Ir"), of("Bcm") + of("Bim")];
}

if (import.meta.main) {
  try {
    buildPaths(join(folder, "paths"));
    const chosen = process.argv.slice(2);
    console.log(`| instructions; mispredicted | ${NAMES.join(" | ")} |\n| --- |${" ---: |".repeat(NAMES.length)}`);
    for (const workload of [...TRACES, ...REPLACEMENTS]) {
      if (chosen.length > 0 && !chosen.includes(workload.name)) continue;
      const work = await workload.load();
      const file = join(folder, "program");
      writeFileSync(file, encodeForC(work));
      const units = work.events / work.eventsPerUnit;
      const counts = ["nothing-c", ...NAMES].map((name) => {
        const [once, twice] = [1, 2].map((times) =>
          run([name, "libmimalloc.so.2", file, String(roomFor(work.program).capacity), String(times)]),
        );
        return [twice![0] - once![0], twice![1] - once![1]] as const;
      });
      const [loop, ...all] = counts as [readonly [number, number], ...(readonly [number, number])[]];
      const shown = all.map(
        (c) => `${((c[0] - loop[0]) / units).toFixed(1)}; ${((c[1] - loop[1]) / units).toFixed(2)}`,
      );
      console.log(`| ${workload.name} | ${shown.join(" | ")} |`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
