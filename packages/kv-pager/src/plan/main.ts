#!/usr/bin/env node
/** `npx @ariax/kv-pager`: see `--help`, or the README. */
import { main } from "./node/cli.ts";

// Whoever reads the table may have seen enough: `… | head`.
process.stdout.on("error", () => process.exit(1));
process.exitCode = await main(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  stdin: process.stdin,
  now: () => performance.now(),
});
