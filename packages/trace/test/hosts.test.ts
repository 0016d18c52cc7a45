/** Other runtimes, realms and bundles: as they come, with what they lack. */
import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { type BuildOptions, build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { leb128 } from "./arbitrary.ts";

const run = promisify(execFile);
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(await realpath(tmpdir()), "ariax-trace-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function bundled(entry: string, name: string, options: BuildOptions): Promise<string> {
  const outfile = join(folder, name);
  await build({ entryPoints: [at(entry)], bundle: true, outfile, logLevel: "silent", ...options });
  return outfile;
}

describe("gzip by one rule", () => {
  const [one, none] = [gzipSync(leb128(32)), gzipSync("")];
  const refused =
    /^TraceError ERR_INVALID_TRACE: invalid trace: event 0 at byte 0: the gzip data are .* not one member/;
  const behind = (...bytes: number[]): [Uint8Array, RegExp] => [Buffer.concat([one, Buffer.from(bytes)]), refused];
  const cases: Record<string, [bytes: Uint8Array, outcome: RegExp]> = {
    "one member": [one, /^1 events$/],
    "two members": behind(...one),
    "three members": behind(...one, ...one),
    "none before": [Buffer.concat([none, one]), refused],
    "none behind": behind(...none),
    "a byte behind": behind(7),
    "bytes behind": behind(...Buffer.from("behind, more than an end")),
    "zeros behind": behind(...new Array(9).fill(0)),
    "cut off": [one.subarray(0, -1), refused],
    "data cut off": [Buffer.concat([one.subarray(0, -9), one.subarray(-8)]), refused],
    "a second one cut off": behind(...one.subarray(0, -1)),
    "too long": [gzipSync(new Uint8Array(1001)), /^TraceError .*: the stream is longer than maxBytes, 1000$/],
    "not packed": [leb128(32, 3), /^TraceError ERR_INVALID_TRACE: .*: operation 3 is reserved$/],
  };
  const files = () => Object.keys(cases).map((name) => join(folder, name));
  let script: string;

  beforeAll(async () => {
    script = await bundled("same-everywhere.ts", "same.mjs", { format: "esm", platform: "node" });
    for (const [name, [bytes]] of Object.entries(cases)) await writeFile(join(folder, name), bytes);
  });

  // The pinned Node, the host's own, and what other packages bring.
  const bin = at("../../conformance/node_modules/.bin");
  const onPath = (process.env.PATH ?? "").split(delimiter).map((path) => join(path, "node"));
  const nodes = new Set([process.execPath, ...onPath].filter(existsSync).map((node) => realpathSync(node)));
  const hosts: [name: string, program: string, args: string[]][] = [
    ...Array.from(nodes, (node): [string, string, string[]] => [node, node, []]),
    ["bun", join(bin, "bun"), []],
    ["deno", join(bin, "deno"), ["run", "--no-check", "--allow-read"]],
  ];

  for (const [name, program, args] of hosts)
    test(name, async ({ skip }) => {
      if (!(await run(program, ["--version"]).catch(() => false))) skip(`${name} is not installed`);
      const { stdout } = await run(program, [...args, script, ...files()]);
      const outcomes: Record<string, string> = JSON.parse(stdout);
      for (const [file, [, outcome]] of Object.entries(cases))
        expect(outcomes[join(folder, file)], file).toMatch(outcome);
    });
});

describe("a realm of its own, with nothing that is not the language's", () => {
  const realm = async (minify: boolean, before = "") => {
    const file = await bundled("../src/index.ts", `realm-${minify}.js`, {
      format: "iife",
      globalName: "ariax",
      minify,
    });
    const context = createContext({ inputs: [...gzipSync(leb128(32, 5))] });
    runInContext(before, context);
    runInContext(await readFile(file, "utf8"), context);
    return (code: string) => runInContext(`(async () => { ${code} })()`, context);
  };

  test.each([false, true])("minified: %s", async (minify) => {
    const within = await realm(minify, "Object.freeze(Error.prototype); Object.freeze(RangeError.prototype);");
    const name = (code: string) =>
      within(`try { await (async () => { ${code} })() } catch (e) { return e.name + " " + e.code + ": " + e.message }`);
    expect(await name("await ariax.readTrace(Uint8Array.of(3))")).toBe(
      "TraceError ERR_INVALID_TRACE: invalid trace: event 0 at byte 0: operation 3 is reserved",
    );
    expect(await name("await ariax.readTrace(Uint8Array.from(inputs))")).toMatch(
      /^UnsupportedError ERR_UNSUPPORTED: unsupported: no DecompressionStream of gzip here/,
    );
    expect(await name("await ariax.readTrace(null)")).toMatch(/^InvalidArgumentError ERR_INVALID_ARGUMENT: /);
    expect(await name("await ariax.writeTraceGzip(ariax.larson({ scale: 1e-6 }))")).toMatch(
      /^UnsupportedError ERR_UNSUPPORTED: unsupported: no CompressionStream here/,
    );
  });

  test("takes bytes of this one", async () => {
    const within = await realm(false);
    const read = await within("return (source) => ariax.readTrace(source)");
    for (const source of [leb128(32, 5), [leb128(32, 5)], new Blob([Uint8Array.of(0)])]) {
      expect((await read(source)).events).toBeGreaterThan(0);
    }
  });

  test("gzip by the streams of this one", async () => {
    const within = await realm(false);
    const read = await within(
      "return (source, stream) => (globalThis.DecompressionStream = stream, ariax.readTrace(source))",
    );
    expect((await read(gzipSync(leb128(32, 5)), DecompressionStream)).events).toBe(2);
    const two = Buffer.concat([gzipSync(leb128(32)), gzipSync(leb128(32))]);
    await expect(read(two, DecompressionStream)).rejects.toMatchObject({ code: "ERR_INVALID_TRACE" });
  });
});

describe("the traces of @ariax/traces", () => {
  const count = "loadTrace('jq').then((t) => console.log(t.events), (e) => console.log(e.code, e.message))";
  const none =
    "ERR_UNSUPPORTED unsupported: no @ariax/traces/data/jq.trace.gz here (MODULE_NOT_FOUND): npm i @ariax/traces, or give its bytes to readTrace\n";

  /** What a bundle prints, in a folder, where the package is installed or isn't. */
  test.each<["cjs" | "esm", "beside it" | "in the working directory"]>([
    ["cjs", "in the working directory"],
    ["esm", "beside it"],
    ["esm", "in the working directory"],
  ])("are found by a bundle (%s) %s, and it says what to install where they aren't", async (format, place) => {
    const name = `${format} ${place}`;
    const [app, cwd] = [join(folder, name, "app"), join(folder, name, "cwd")];
    await mkdir(cwd, { recursive: true });
    const file = await bundled("../src/node.ts", `${name}/app/bundled.${format === "cjs" ? "cjs" : "mjs"}`, {
      ...{ format, platform: "node" },
    });
    const script = `import { loadTrace } from ${JSON.stringify(pathToFileURL(file).href)}; ${count}`;
    const env = { ...process.env, NODE_PATH: "" }; // pnpm's shims set it to where all packages are
    const load = async () => (await run(process.execPath, ["--input-type=module", "-e", script], { cwd, env })).stdout;
    expect(await load()).toBe(none);
    await cp(at("../../traces"), join(place === "beside it" ? app : cwd, "node_modules/@ariax/traces"), {
      recursive: true,
    });
    expect(await load()).toBe("419317\n");
  });

  test("nothing of the sort that bundlers rewrite, and no URL that a realm could replace", async () => {
    expect(await readFile(at("../src/node.ts"), "utf8")).not.toMatch(/new URL\([^…]/);
  });
});
