/** Every entry of every package, imported and required: both give the same names, and at least one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, problemsOf } from "./cells.ts";

/** Writes the two programs into a folder: `import.mjs`, `require.cjs`. */
export function writeEntryPrograms(folder: string, entries: readonly string[]): void {
  const names = "Object.keys(all).filter((key) => key !== '__esModule').sort().join()";
  const loop = (load: string): string =>
    `for (const name of ${JSON.stringify(entries)}) { const all = ${load}; console.log(name, ${names}); }\n`;
  writeFileSync(join(folder, "import.mjs"), loop("await import(name)"));
  writeFileSync(join(folder, "require.cjs"), loop("require(name)"));
}

/** What is wrong with what they print. */
export async function entryProblems(run: (file: string) => Promise<Outcome>): Promise<string[]> {
  const [imported, required] = [await run("import.mjs"), await run("require.cjs")];
  const empty = imported.output.split("\n").filter((line) => !/^\S+ \w/.test(line));
  return [
    ...problemsOf(imported),
    ...problemsOf(required),
    ...(empty.length > 0 ? [`exports nothing: ${empty}`] : []),
    ...(imported.output === required.output ? [] : [`${imported.output}\n\n${required.output}`]),
  ];
}
