/** The table of docs/web-apis.md: which web API takes which memory, as Chromium answers. */
import { join } from "node:path";
import { build } from "esbuild";
import { SOFTWARE_GPU } from "./chromium.ts";
import { saidByPage } from "./page.ts";
import { ROOT } from "./workspace.ts";

/** By API and kind of memory: "yes", "takes the heap away", "no: " and what the browser says, or "missing". */
export type Answers = Readonly<Record<string, Readonly<Record<string, string>>>>;

export async function askChromium(path: string): Promise<Answers> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "scripts/lib/web-apis-page.ts")],
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "esnext",
    write: false,
  });
  return JSON.parse(await saidByPage({ path, gpu: SOFTWARE_GPU }, { "page.js": outputFiles[0].text }));
}

/** A cell: why something is refused is the same in a column, and is not said again and again. */
export const cellOf = (answer: string): string => answer.replace(/^no: .*$/s, "**no**");

/** A line an API. */
export function webApiTable(answers: Answers): string {
  const kinds = Object.keys(Object.values(answers)[0]);
  const lines = Object.entries(answers).map(([api, row]) => {
    return `| ${[api, ...kinds.map((kind) => cellOf(row[kind]))].join(" | ")} |`;
  });
  return `| | ${kinds.join(" | ")} |\n| --- | ${kinds.map(() => "---").join(" | ")} |\n${lines.join("\n")}\n`;
}

/** What the table in `text` says otherwise than the browser. One that takes more than another did breaks no promise. */
export function untrue(text: string, answers: Answers): string[] {
  return Object.entries(answers).flatMap(([api, row]) => {
    const line = text.split("\n").find((one) => one.startsWith(`| ${api} |`));
    const cells = line?.split(" | ").slice(1) ?? [];
    return Object.entries(row).flatMap(([kind, answer], i) => {
      const said = cells[i]?.replace(/ \|$/, "");
      const holds = said === cellOf(answer) || answer === "missing" || (said === "**no**" && answer === "yes");
      return holds ? [] : [`${api}, ${kind}: ${said ?? "nothing"} is said, it is ${answer}`];
    });
  });
}
