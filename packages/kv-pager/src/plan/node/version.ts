import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Of the package: its manifest lies above the sources and above what is built of them, equally far. */
export function version(): string {
  const manifest = readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
