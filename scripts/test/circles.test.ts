import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { circles, importsBelow } from "../lib/circles.ts";
import { apps, packages, ROOT } from "../lib/workspace.ts";

const folders = [...packages, ...apps].map(({ dir }) => join(dir, "src"));

test.each([...folders, join(ROOT, "scripts")])("no file below %s imports itself, however far around", (folder) => {
  expect(circles(importsBelow(folder))).toEqual([]);
});

describe("circles", () => {
  const found = (graph: Record<string, string[]>) => circles(new Map(Object.entries(graph)));

  test("are none where all runs downwards", () => {
    expect(found({})).toEqual([]);
    expect(found({ a: ["b", "c"], b: ["d"], c: ["d", "outside"], d: [] })).toEqual([]);
  });

  test("are found wherever they lie, each once, without what only leads to them", () => {
    expect(found({ a: ["a"] })).toEqual([["a"]]);
    expect(found({ a: ["b"], b: ["c"], c: ["b", "d"], d: [] })).toEqual([["b", "c"]]);
    expect(found({ z: ["y"], a: ["z"], y: ["x"], x: ["a"], in: ["a"] })).toEqual([["a", "x", "y", "z"]]);
    // Two that meet in one name are one part; two that only lead to each other are two.
    expect(found({ a: ["b", "c"], b: ["a"], c: ["a"] })).toEqual([["a", "b", "c"]]);
    expect(found({ a: ["b"], b: ["a", "c"], c: ["d"], d: ["c"] })).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  test("of files are planted, and found: by values, types, exports and import()", () => {
    const folder = mkdtempSync(join(tmpdir(), "ariax-circles-"));
    const files = {
      "index.ts": 'export * from "./deep/one.ts";\nexport { four } from "./four.ts";\n',
      "deep/one.ts":
        '/**\n * import { no } from "../index.ts";\n */\nimport type {\n  Two,\n} from "../two.ts";\nimport "node:fs";\n',
      "two.ts": 'export type Two = import("./three.ts").Three;\n',
      "three.ts": 'export type { One } from "./deep/one.ts";\n',
      "four.ts": 'import { five } from "./five.ts";\n',
      "five.ts": "export const five = 5;\n",
    };
    try {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text);
      }
      const imports = importsBelow(folder);
      expect(imports.get("index.ts")).toEqual(["deep/one.ts", "four.ts"]);
      expect(circles(imports)).toEqual([["deep/one.ts", "three.ts", "two.ts"]]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
