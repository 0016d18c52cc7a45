/** Builds the addon for the machine it runs on: the command that `NativeUnavailableError` names. */
import { build } from "./build.ts";

const result = build({ nodeGyp: process.argv.includes("--node-gyp") });
if (result.built) {
  process.stdout.write(`native addon: ${result.path}\n`);
} else {
  process.stderr.write(`native addon not built: ${result.why}\n`);
  process.exitCode = 1;
}
