/**
 * Builds the addon and puts it where the tarball has it: prebuilds/<platform>-<arch>/@ariax+native.<libc>.node.
 *
 *     prebuild.ts              before packing; where there is no compiler it says so, and the tarball has none
 *     prebuild.ts --required   in the prebuild workflow, on each kind of machine: no compiler is a failure
 *     prebuild.ts --complete   in a release: nothing is built, and one that is missing is a failure
 *
 * Where those of all machines lie, as in a release, none of them is made anew: the workflow builds against an older C library, so
 * what it has made runs on more machines than what is built here.
 */
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "../src/build.ts";
import { PACKAGE, prebuilt } from "../src/host.ts";
import { Region } from "../src/index.ts";

/** All that .github/workflows/prebuild.yml builds. */
export const PREBUILDS: readonly string[] = [
  "darwin-arm64/@ariax+native.node",
  "darwin-x64/@ariax+native.node",
  "linux-arm64/@ariax+native.glibc.node",
  "linux-arm64/@ariax+native.musl.node",
  "linux-x64/@ariax+native.glibc.node",
  "linux-x64/@ariax+native.musl.node",
  "win32-x64/@ariax+native.node",
];

/** Those that are not there. */
export function missing(folder: string = join(PACKAGE, "prebuilds")): string[] {
  return PREBUILDS.filter((file) => !existsSync(join(folder, file)));
}

/** The line that is printed, and the exit code. */
function prebuild(required: boolean): [line: string, code: number] {
  const result = build(); // also brings the engine's sources, which the tarball has
  if (missing().length === 0) return [`native addon: all ${PREBUILDS.length} prebuilds are there`, 0];
  if (!result.built) return [`native addon not built: ${result.why}`, required ? 1 : 0];
  Region.map({ bytes: 4096 }).unmap(); // does it load, and work?
  mkdirSync(dirname(prebuilt()), { recursive: true });
  copyFileSync(result.path, prebuilt());
  return [`native addon: ${prebuilt()}`, 0];
}

function complete(): [line: string, code: number] {
  const gaps = missing();
  if (gaps.length > 0) return [`native addon: no prebuilt ${gaps.join(", ")}`, 1];
  return [`native addon: all ${PREBUILDS.length} prebuilds are there`, 0];
}

if (process.argv[1] === import.meta.filename) {
  const flags = process.argv.slice(2);
  const wrong = flags.find((flag) => flag !== "--complete" && flag !== "--required");
  const [line, code] =
    wrong !== undefined
      ? [`native addon: unknown flag ${wrong}: there are --required and --complete`, 1]
      : flags.includes("--complete")
        ? complete()
        : prebuild(flags.includes("--required"));
  process.stderr.write(`${line}\n`); // what packs may be reading the other
  process.exitCode = code;
}
