import { defineConfig } from "vitest/config";

// `.ci/run` asks for a report to count from; a person sees the default reporter only.
const report = process.env.ARIAX_TEST_REPORT;

export default defineConfig({
  test: {
    projects: ["packages/*", "apps/*", "scripts"],
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
  },
});
