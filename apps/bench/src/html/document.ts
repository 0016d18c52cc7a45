/** A page as one file: the library that draws, what is drawn and how are inside; nothing is fetched. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Machine } from "../machine.ts";
import { html } from "./escape.ts";

export interface Page {
  readonly title: string;
  readonly heading: string;
  /** Below the heading, as text. */
  readonly subheading: string;
  /** As HTML, with an element `#charts`. */
  readonly main: string;
  /** What the script draws. */
  readonly data: unknown;
  /** The script's file, in this folder. */
  readonly script: string;
}

export const renderDocument = ({ title, heading, subheading, main, data, script }: Page): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${html(title)}</title>
<style>${own("page.css")}</style>
</head>
<body>
<header>
<h1>${html(heading)}</h1>
<p>${html(subheading)}</p>
</header>
<main>
${main}
</main>
<script>${chartLibrary()}</script>
<script type="application/json" id="data">${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
<script>${own("drawing.js")}${own(script)}</script>
</body>
</html>
`;

/** The machine and the versions, for the line below a heading. */
export const machineLine = ({ cpu, cores, node, v8, commit }: Machine): string =>
  `${cpu}, ${cores} cores · Node ${node}, V8 ${v8} · commit ${commit}`;

const own = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

/** Chart.js in its one-file form, which can't end the script element that it is put in. */
function chartLibrary(): string {
  const folder = dirname(createRequire(import.meta.url).resolve("chart.js"));
  return readFileSync(join(folder, "chart.umd.min.js"), "utf8")
    .replaceAll("</script", "<\\/script")
    .replace(/^\/\/# sourceMappingURL.*$/m, "");
}
