/** Builds the addon for the machine it runs on: the command that `NativeUnavailableError` names. */
import { build } from "./build.ts";

const wrong = process.argv.slice(2).find((flag) => flag !== "--node-gyp");
const result =
  wrong === undefined
    ? build({ nodeGyp: process.argv.includes("--node-gyp") })
    : ({ built: false, why: `unknown flag ${wrong}: there is --node-gyp` } as const);
if (result.built) {
  process.stdout.write(`native addon: ${result.path}\n`);
} else {
  process.stderr.write(`native addon not built: ${result.why}\n`);
  process.exitCode = 1;
}
