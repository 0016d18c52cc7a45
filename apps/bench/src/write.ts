import { mkdir, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of results, which git ignores; the tests have another, so that they leave yours alone. */
export const RESULTS: string = process.env.ARIAX_BENCH_RESULTS ?? fileURLToPath(new URL("../results", import.meta.url));

/** A path as a message shows it: from where the command runs, if it is below that. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

/** Writes a file, with its folder; a relative path is under `RESULTS`. */
export async function writeResult(path: string, text: string): Promise<void> {
  const file = resolve(RESULTS, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
