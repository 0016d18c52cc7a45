/** Packs a package as it would be published, and says what is wrong with the tarball. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { failure, pnpm, run } from "./run.ts";
import { readTarball } from "./tarball.ts";
import { filesBelow, type Manifest, type Package } from "./workspace.ts";

const ATTW = createRequire(import.meta.url)
  .resolve("@arethetypeswrong/cli/package.json")
  .replace("package.json", "dist/index.js");

/** The tarball, and what a package's own script said is not in it, and why. Throws what pnpm printed when it can't. */
export function pack({ id, dir }: Package, into: string): { tarball: string; without: string | undefined } {
  const tarball = join(into, `${id}.tgz`);
  const outcome = pnpm(["pack", "--out", tarball], dir);
  if (outcome.code !== 0) throw new Error(outcome.output);
  return { tarball, without: /\b\S+ \S+ not built: .*$/m.exec(outcome.output)?.[0] };
}

/** dist is built, and holds nothing of a source that is gone. */
export function staleness({ dir }: Package): string[] {
  const sources = filesBelow(join(dir, "src"))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => file.slice(0, -3));
  const built = filesBelow(join(dir, "dist"))
    .filter((file) => file.endsWith(".js"))
    .map((file) => file.slice(0, -3));
  return [
    ...sources.filter((file) => !built.includes(file)).map((file) => `src/${file}.ts is not built: run \`pnpm build\``),
    ...built.filter((file) => !sources.includes(file)).map((file) => `dist/${file}.js has no source: remove dist`),
  ];
}

/** The most bytes of a tarball; but for data, for binaries of seven kinds of machine, and for a pager with its suite, its planner, and vLLM's events. */
const MOST = 300_000;
const LARGER: Readonly<Record<string, number>> = {
  "@ariax/traces": 3_000_000,
  "@ariax/native": 700_000,
  "@ariax/kv-pager": 395_000,
};

/** The manifest was rewritten for publishing, what it points at is there, and nothing is there that users don't need. */
export function contents(tarball: string): string[] {
  const packed = readFileSync(tarball);
  const files = readTarball(packed);
  const text = files.get("package.json")?.toString() ?? "{}";
  const manifest = JSON.parse(text) as Manifest;
  const most = LARGER[manifest.name] ?? MOST;
  const targets = JSON.stringify([manifest.exports, manifest.bin]).match(/\.\/[^"]+/g) ?? [];
  const inside = targets.filter((target) => target !== "./package.json" && target !== ".");
  const problems = [
    ...inside.filter((target) => target.startsWith("./src/")).map((target) => `exports still points at ${target}`),
    ...inside
      .filter((target) => /\.(d\.ts|js)$/.test(target) && !files.has(target.slice(2)))
      .map((t) => `no ${t} inside`),
    ...(/"(workspace|catalog):/.test(text) ? ["a workspace: or catalog: range is left"] : []),
    ...["devDependencies", "scripts"].filter((field) => field in manifest).map((field) => `${field} are inside`),
    ...["keywords", "homepage", "bugs", "repository", "description"]
      .filter((field) => !(field in manifest))
      .map((field) => `no ${field} in its manifest`),
    ...(packed.length > most ? [`${packed.length} bytes, where ${most} are allowed`] : []),
    ...["LICENSE", "README.md"].filter((file) => !files.has(file)).map((file) => `no ${file} inside`),
    ...[...files.keys()]
      .filter((file) => /(^|\/)test\/|\.test\.|\.tsbuildinfo$/.test(file))
      .map((file) => `${file} inside`),
  ];
  for (const [file, content] of files) {
    // an import that tsc was to rewrite?
    if (file.endsWith(".js") && /from "\.[^"]*\.ts"/.test(content.toString())) problems.push(`${file} imports .ts`);
  }
  return problems;
}

/** publint's errors and warnings; its suggestions are its own. */
export async function lintTarball(tarball: string): Promise<string[]> {
  const bytes = readFileSync(tarball);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true, level: "warning" });
  return messages.map((message) => `${message.code}: ${formatMessage(message, pkg as Record<string, unknown>) ?? ""}`);
}

/** Whether types resolve for those who import it, by every module resolution that knows ES modules. */
export function typesProblems(tarball: string, cwd: string): string[] {
  return failure(run(process.execPath, [ATTW, "--profile", "esm-only", "--no-emoji", "--no-color", tarball], cwd));
}
