/**
 * Builds the addon and puts it where the tarball has it: prebuilds/<platform>-<arch>/@ariax+native.<libc>.node. Run on each kind
 * of machine by the prebuild workflow; on a machine without a compiler it says so and does nothing; with --required, that is a failure.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { build } from "../src/build.ts";
import { prebuilt } from "../src/host.ts";
import { Region } from "../src/index.ts";

const result = build();
if (result.built) {
  Region.map({ bytes: 4096 }).unmap(); // does it load, and work?
  mkdirSync(dirname(prebuilt()), { recursive: true });
  copyFileSync(result.path, prebuilt());
  process.stdout.write(`native addon: ${prebuilt()}\n`);
} else {
  process.stderr.write(`native addon not built: ${result.why}\n`);
  process.exitCode = process.argv.includes("--required") ? 1 : 0;
}
