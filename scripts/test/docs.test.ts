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
    execFile(process.execPath, args, { cwd: dir, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : -1, output: stdout + stderr });
    });
  });
}

/** For a failure: the program with its line numbers, as Node's message counts them. */
function numbered(code: string): string {
  return code.replace(
    /^/gm,
    (
      (line) => () =>
        `${String(++line).padStart(4)} | `
    )(0),
  );
}

describe("the documentation's programs", () => {
  test("there are some", () => expect(blocks.length).toBeGreaterThan(0));

  test.concurrent.each(blocks)("$where runs", { timeout: 60_000 }, async ({ where, id, code }) => {
    const hooks = pathToFileURL(join(ROOT, "scripts/lib/workspace-hooks.ts")).href;
    const run = await node(["--import", hooks, `${id}.ts`]);
    expect(run.code, `${where} failed:\n${run.output}\n${numbered(code)}`).toBe(0);
    expect(run.output, `${where} warns`).not.toMatch(/Warning:/);
  });

  test.concurrent("type-check, all of them", { timeout: 60_000 }, async () => {
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
