import { defineConfig } from "vitest/config";

// The documentation's programs each start a Node of their own.
export default defineConfig({ test: { maxConcurrency: 2 } });
