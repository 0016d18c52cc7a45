import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

// What is long by nature (every trace through every allocator, many seeds, strace, whole runs) is a step of its own.
const isLong = process.env.ARIAX_TEST_LONG !== undefined;

export default defineConfig({
  test: {
    include: [isLong ? "test/**/*.long.test.ts" : "test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(isLong ? [] : ["**/*.long.test.ts"])],
    // A guard against hanging, no measure of anything.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Results of yours are left alone; what is compiled is kept from one run to the next.
    env: { ARIAX_BENCH_RESULTS: fileURLToPath(new URL("results/.test", import.meta.url)) },
  },
});
