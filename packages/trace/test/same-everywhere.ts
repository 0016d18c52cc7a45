/** What comes of reading each of the files named on the command line, as JSON: the same on every host. */
import { readFile } from "node:fs/promises";
import { readTrace } from "../src/index.ts";

const outcomes: Record<string, string> = {};
for (const file of process.argv.slice(2)) {
  outcomes[file] = await readTrace(await readFile(file), { maxBytes: 1000 }).then(
    (trace) => `${trace.events} events`,
    (error) => `${error.name} ${error.code}: ${error.message}`,
  );
}
console.log(JSON.stringify(outcomes));
