import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { skippedReporter } from "./scripts/lib/skipped.ts";
import { apps, filesBelow, packages, ROOT } from "./scripts/lib/workspace.ts";

// `.ci/run` asks for a report to count from; a person sees the other reporters only.
const report = process.env.ARIAX_TEST_REPORT;

/** A guard against what hangs, in ms, and no measure: no test depends on how long it takes. */
const HANGS = 600_000;

/** Projects whose files have a process each, 0.3 s: they mock modules, or change what belongs to all of a process. */
const ISOLATED = ["@ariax/native", "@ariax/bench"];

/** Whether the long step has nothing that the ordinary tests have too: see `lib/long.ts`. */
const nothingTwice = process.env.ARIAX_LONG_PART === "0";

/** The tests of one step. In the long one: `*.long.test.ts`, and those that have other sizes there, by `lib/long.ts`. */
function testsOf(root: string, long: boolean): string[] {
  return filesBelow(join(root, "test"))
    .map((file) => `test/${file}`)
    .filter((file) => file.endsWith(".test.ts"))
    .filter((file) => {
      if (file.endsWith(".long.test.ts")) return long;
      return !long || (!nothingTwice && readFileSync(join(root, file), "utf8").includes("/scripts/lib/long.ts"));
    });
}

function project(name: string, root: string, long: boolean): TestProjectInlineConfiguration {
  const setup = "test/setup.ts";
  return {
    root,
    test: {
      name,
      include: testsOf(root, long),
      isolate: ISOLATED.includes(name),
      globalSetup: existsSync(join(root, setup)) ? [setup] : [],
    },
  };
}

// What all projects have in common is written once, here. `pnpm test:long` is `--mode long`.
export default defineConfig(({ mode }) => {
  const long = mode === "long";
  return {
    test: {
      projects: [
        ...[...packages, ...apps].map(({ manifest, dir }) => project(manifest.name, dir, long)),
        project("scripts", join(ROOT, "scripts"), long),
      ],
      env: {
        ARIAX_LONG: long ? "1" : "",
        // A person's results are left alone; what is compiled is kept from one run to the next.
        ARIAX_BENCH_RESULTS: join(ROOT, "apps/bench/results/.test"),
      },
      maxWorkers: availableParallelism(),
      maxConcurrency: availableParallelism(),
      testTimeout: HANGS,
      hookTimeout: HANGS,
      teardownTimeout: HANGS,
      reporters: ["default", skippedReporter(), ...(report === undefined ? [] : ["json"])],
      outputFile: { json: report ?? "" },
    },
  };
});
