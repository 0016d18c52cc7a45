import { build } from "../src/build.ts";

/** Builds the addon before the tests, where there is a compiler; else they skip what needs it, with the reason. */
export default function setup(): void {
  const result = build();
  if (!result.built) process.stderr.write(`native addon not built: ${result.why}\n`);
}
