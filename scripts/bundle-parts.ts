/**
 * What a bundle is made of: its bytes, and how many less they are where one module does nothing. By hand:
 *
 *     node scripts/bundle-parts.ts [package] [names] [modules]      @ariax/slab "{ SlabAllocator }" verify.ts,bulk.ts: both at once
 *
 * From the sources, so that it is some bytes off what `check:pack` gates. Brotli finds less to share once a module is gone: the
 * parts are not the whole's sum.
 */
import { basename } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { rolldown } from "rolldown";

const [name = "@ariax/slab", names = "{ SlabAllocator }", together = ""] = process.argv.slice(2);
const ENTRY = "\0entry";

/** A module that has the same names, each of them a function that does nothing, or an error's class that does. */
function hollow(code: string): string {
  const found = [...code.matchAll(/^export (?:abstract )?(const|function\*?|class) (\w+)(.*)/gm)];
  return found
    .map(([, kind, id, rest]) => {
      const parent = kind === "class" ? / extends (\w+)/.exec(rest!)?.[1] : undefined;
      return kind === "class" ? `export class ${id} ${parent ? "extends Error" : ""} {}` : `export function ${id}() {}`;
    })
    .join("\n");
}

/** Bytes as brotli packs them, bytes, and the modules that are in it. */
async function bundle(without: readonly string[] = []): Promise<{ packed: number; bytes: number; modules: string[] }> {
  const made = await rolldown({
    input: ENTRY,
    cwd: new URL("../apps/bench", import.meta.url).pathname,
    platform: "browser",
    external: [/^node:/],
    logLevel: "silent",
    shimMissingExports: true,
    plugins: [
      {
        name: "parts",
        resolveId: (id: string) => (id === ENTRY ? `${process.cwd()}/apps/bench/entry.js` : null),
        load: (id: string) => (id.endsWith("/entry.js") ? `export ${names} from "${name}";` : null),
        transform: (code: string, id: string) => (without.includes(id) ? hollow(code) : null),
      },
    ],
  });
  const { output } = await made.generate({ format: "esm", minify: true });
  await made.close();
  const chunks = output.filter((chunk) => chunk.type === "chunk");
  const code = chunks.map((chunk) => chunk.code).join("");
  const modules = chunks.flatMap((chunk) => chunk.moduleIds).filter((id) => !id.endsWith("/entry.js"));
  return { packed: brotliCompressSync(code).length, bytes: code.length, modules };
}

const all = await bundle();
console.log(`${name} ${names}: ${all.packed} bytes, ${all.bytes} before brotli`);
if (together !== "") {
  const gone = all.modules.filter((id) => together.split(",").includes(basename(id)));
  console.log(`without ${together}: ${(await bundle(gone)).packed} bytes`);
}
const rows: [string, number, number][] = [];
for (const id of all.modules) {
  const { packed, bytes } = await bundle([id]);
  rows.push([`${id.split("/").at(-3)}/${basename(id)}`, all.packed - packed, all.bytes - bytes]);
}
rows.sort((a, b) => b[1] - a[1]);
for (const [module, packed, bytes] of rows)
  console.log(`${String(packed).padStart(6)} ${String(bytes).padStart(6)}  ${module}`);
