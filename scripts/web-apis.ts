/** Writes the table of docs/web-apis.md, as the Chromium that is here answers. A test fails where that is not what it says. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findChromium } from "./lib/chromium.ts";
import { between } from "./lib/markers.ts";
import { askChromium, webApiTable } from "./lib/web-apis.ts";
import { ROOT, readText } from "./lib/workspace.ts";

const chromium = findChromium();
if ("reason" in chromium) throw new Error(chromium.reason);
const page = "docs/web-apis.md";
writeFileSync(join(ROOT, page), between(readText(page), "web-apis", webApiTable(await askChromium(chromium.path))));
