import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of results, which git ignores; `$ARIAX_BENCH_RESULTS` names another. */
export const RESULTS: string = resolve(
  process.env.ARIAX_BENCH_RESULTS || fileURLToPath(new URL("../../results", import.meta.url)),
);

/** A path as a message shows it: from where the command runs, if it is below that. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
