/** The programs in the documentation: every block fenced as `ts`. */
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { apps, filesBelow, packages, published, ROOT, readText } from "./workspace.ts";

export interface DocBlock {
  /** Where it stands, to be clicked on: `packages/slab/README.md:12`. */
  readonly where: string;
  /** A file name for it: `packages-slab-README-12`. */
  readonly id: string;
  readonly code: string;
}

/** README.md and CONTRIBUTING.md, docs/, its recipes, and the Markdown of every package and app; changelogs excepted. */
export function docFiles(): string[] {
  const folders = [ROOT, join(ROOT, "docs"), join(ROOT, "docs/recipes"), ...[...packages, ...apps].map((p) => p.dir)];
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((file) => file.endsWith(".md") && !file.endsWith("CHANGELOG.md"))
    .map((file) => relative(ROOT, file).replaceAll("\\", "/"))
    .sort();
}

/** The blocks of a document in a language: what stands behind the fence. */
export function blocksOf(file: string, text: string, language = "ts"): DocBlock[] {
  const blocks: DocBlock[] = [];
  const lines = text.split("\n");
  for (let i = 0; i < lines.length; i++) {
    if (lines[i].trimEnd() !== `\`\`\`${language}`) continue;
    const start = i + 1;
    while (i + 1 < lines.length && lines[i + 1].trimEnd() !== "```") i++;
    blocks.push({
      where: `${file}:${start}`,
      id: `${file.replace(/\.md$/, "").replaceAll("/", "-")}-${start}`,
      code: `${lines.slice(start, i + 1).join("\n")}\n`,
    });
  }
  return blocks;
}

export function docBlocks(): DocBlock[] {
  return [...docFiles().flatMap((file) => blocksOf(file, readText(file))), ...exampleBlocks()];
}

/** The programs of doc comments: what stands behind `@example`. */
export function exampleBlocks(): DocBlock[] {
  return published.flatMap(({ id, dir }) =>
    filesBelow(join(dir, "src"))
      .map((file) => `packages/${id}/src/${file}`)
      .filter((file) => file.endsWith(".ts") && readText(file).includes("@example"))
      .flatMap((file) =>
        blocksOf(file, readText(file).replace(/^ *\* ?(?!\/)/gm, "")).map((block) => ({
          ...block,
          id: block.id.replace(".ts-", "-ts-"),
        })),
      ),
  );
}
