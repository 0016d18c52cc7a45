import { expect, test } from "vitest";
import { findChromium } from "../lib/chromium.ts";
import { askChromium, untrue, webApiTable } from "../lib/web-apis.ts";
import { readText } from "../lib/workspace.ts";

test("in Chromium, web APIs take the memory that docs/web-apis.md says (else: node scripts/web-apis.ts)", async ({
  skip,
}) => {
  const chromium = findChromium();
  if ("reason" in chromium) return skip(chromium.reason);
  expect(untrue(readText("docs/web-apis.md"), await askChromium(chromium.path))).toEqual([]);
});

test("a table that promises too much is found, one that promises less is not", () => {
  const answers = {
    "`api(view)`": { fixed: "yes", shared: "no: not shared\nmemory" },
    other: { fixed: "yes", shared: "yes" },
  };
  const table = webApiTable(answers);
  expect(table).toBe(
    "| | fixed | shared |\n| --- | --- | --- |\n| `api(view)` | yes | **no** |\n| other | yes | yes |\n",
  );
  expect(untrue(table, answers)).toEqual([]);
  expect(untrue(table, { "`api(view)`": { fixed: "missing", shared: "yes" } })).toEqual([]);
  expect(untrue(table, { other: { fixed: "yes", shared: "no: why" }, third: { fixed: "yes" } })).toEqual([
    "other, shared: yes is said, it is no: why",
    "third, fixed: nothing is said, it is yes",
  ]);
});
