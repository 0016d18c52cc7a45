#!/usr/bin/env node
/** `npx @ariax/kv-pager`: see `--help`, or the README. */
import { main } from "./node/cli.ts";
import { reasonOf } from "./node/problem.ts";

// Whoever reads the table may have seen enough: `… | head`.
process.stdout.on("error", (error) => {
  const why = reasonOf(error);
  if (why !== "EPIPE") process.stderr.write(`kv-pager: standard output: can't be written (${why})\n`);
  process.exit(1);
});
process.exitCode = await main(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  stdin: process.stdin,
  now: () => performance.now(),
});
