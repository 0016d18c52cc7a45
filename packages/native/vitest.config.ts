import { defineConfig } from "vitest/config";

// Compilers and other processes take their time on a busy machine.
export default defineConfig({
  test: { globalSetup: "./test/setup.ts", include: ["test/*.test.ts"], testTimeout: 60_000 },
});
