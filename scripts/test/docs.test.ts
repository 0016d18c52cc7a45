import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { blocksOf, docBlocks, docFiles } from "../lib/doc-blocks.ts";
import { entriesOf, published, ROOT, readText } from "../lib/workspace.ts";

const blocks = docBlocks();
const dir = mkdtempSync(join(tmpdir(), "ariax-docs-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

writeFileSync(join(dir, "package.json"), '{ "type": "module" }\n');
for (const block of blocks) writeFileSync(join(dir, `${block.id}.ts`), block.code);

/** `@ariax/trace/node` → its source, and so on for every entry. */
const sources = Object.fromEntries(
  published.flatMap(({ dir, manifest }) =>
    entriesOf(manifest).map((entry) => {
      const target = manifest.exports?.[`.${entry.slice(manifest.name.length)}`];
      return [entry, [join(dir, target as string)]];
    }),
  ),
);

/** Runs Node; resolves to its exit code and all that it printed. */
function node(args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: dir }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, output: stdout + stderr });
    });
  });
}

// A Node for each document, as most of a program's time is Node's start: its programs run one behind the other, and each that
// fails is named.
writeFileSync(
  join(dir, "all.js"),
  `for (const [file, where] of JSON.parse(process.argv[2])) {
    try {
      await import("./" + file);
    } catch (error) {
      process.exitCode = 1;
      console.error(where, "failed:", error);
    }
  }`,
);
const documents = Map.groupBy(blocks, ({ where }) => where.split(":")[0]);

test.each(
  ["README.md", ...published.map(({ id }) => `packages/${id}/README.md`)].filter((file) =>
    readText(file).includes("```ts\n"),
  ),
)("%s says how its first program is saved: after npm init -y, a .ts is no module", (file) => {
  const [before, program] = readText(file).split("```ts\n");
  const prints = program.split("```")[0].includes("console.log") || before.includes("`node --test ");
  const nothing = "It prints nothing when all is right: every line is checked:\n\n";
  expect(before.endsWith(nothing)).toBe(!prints);
  expect(before).toMatch(
    /\nSave (this |it )?as `([\w.]+)\.mts`, (and )?run (it with )?`node (--test )?\2\.mts`[^\n]*(\.\nIt prints nothing [^\n]*)?:\n\n$/,
  );
});

test.each(docFiles())("%s says how a program that starts workers from its own file runs on an older Node", (file) => {
  const sections = readText(file).split(/^## /m);
  const starts = sections.filter((section) =>
    /new (node\.)?Worker\((new URL\(import\.meta\.url\)|url\b)/.test(section),
  );
  for (const section of starts) expect(section).toContain("npx esbuild ");
});

describe("the documentation's programs", () => {
  test("there are some", () => expect(blocks.length).toBeGreaterThan(0));

  test.concurrent.each([...documents])("of %s run", async (_, programs) => {
    const hooks = pathToFileURL(join(ROOT, "scripts/lib/workspace-hooks.ts")).href;
    const list = JSON.stringify(programs.map(({ id, where }) => [`${id}.ts`, where]));
    const run = await node(["--import", hooks, "all.js", list]);
    expect(run, run.output).toMatchObject({ code: 0, output: expect.not.stringMatching(/Warning:/) });
  });

  test.concurrent("type-check, all of them", async () => {
    const tsconfig = {
      extends: join(ROOT, "tsconfig.base.json"),
      compilerOptions: {
        noEmit: true,
        declaration: false,
        declarationMap: false,
        isolatedDeclarations: false,
        noUnusedLocals: false,
        lib: ["ES2024", "ESNext.Disposable", "DOM"], // WebAssembly is declared there
        types: ["node"],
        typeRoots: [join(ROOT, "node_modules/@types")],
        paths: sources,
      },
      include: ["*.ts"],
    };
    writeFileSync(join(dir, "tsconfig.json"), JSON.stringify(tsconfig));
    const run = await node([join(ROOT, "node_modules/typescript/bin/tsc"), "-p", dir]);
    expect(run.output).toBe("");
    expect(run.code).toBe(0);
  });
});

describe("the documentation's links", () => {
  test.each(docFiles())("%s points at files that exist", (file) => {
    const text = readText(file).replace(/^```.*?^```/gms, "");
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);
    const local = targets.filter((target) => !/^[a-z]+:|^#/.test(target)).map((target) => target.split("#")[0]);
    expect(local.filter((target) => !existsSync(join(ROOT, dirname(file), target)))).toEqual([]);
  });
});

test("blocksOf finds ts blocks only, and counts lines from 1", () => {
  const text = "# x\n\n```sh\nls\n```\n\n```ts\nlet a = 1;\nlet b = 2;\n```\n\n```ts no-run\n```\n\n```ts\n```\n";
  expect(blocksOf("docs/x.md", text)).toEqual([
    { where: "docs/x.md:7", id: "docs-x-7", code: "let a = 1;\nlet b = 2;\n" },
    { where: "docs/x.md:15", id: "docs-x-15", code: "\n" },
  ]);
});
