import { build } from "../src/build.ts";
import { isAvailable } from "../src/index.ts";

/** Builds the addon before the tests, where there is a compiler; else they skip what needs it, with the reason. */
export default function setup(): void {
  const result = build();
  if (result.built) return;
  const then = isAvailable() ? "the one that is there is tested" : "what needs it is skipped";
  process.stderr.write(`native addon not built: ${result.why}; ${then}\n`);
}
