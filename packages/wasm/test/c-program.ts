/** Folders in which `c/build.mjs` is run, as beside a `node_modules`. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const BUILD = fileURLToPath(new URL("../c/build.mjs", import.meta.url));
const CLANG = fileURLToPath(new URL("../node_modules/@yowasp/clang", import.meta.url));

/** A Clang that compiles nothing: what it was given is the program it writes. */
const STAND_IN = `export class Exit extends Error {}
export const commands = {
  clang: async (args, files) => {
    if (args === null) return files;
    const list = (tree, at) => Object.entries(tree).flatMap(([name, entry]) =>
      typeof entry === "string" || entry instanceof Uint8Array ? [at + name] : list(entry, at + name + "/"));
    files["..."].program = JSON.stringify({ args, files: list(files, "") });
    return files;
  },
};`;

export class Folder implements Disposable {
  readonly path: string = realpathSync(mkdtempSync(join(tmpdir(), "ariax-c-")));

  /** With the Clang that this package is compiled by, with one that only says what it was given, or with none. */
  constructor(clang: "real" | "stand-in" | "none", files: Record<string, string>) {
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    if (clang === "none") return;
    if (clang === "real") {
      mkdirSync(join(this.path, "node_modules/@yowasp"), { recursive: true });
      symlinkSync(CLANG, join(this.path, "node_modules/@yowasp/clang"));
      return;
    }
    this.write("node_modules/@yowasp/clang/package.json", '{ "type": "module", "exports": "./index.js" }');
    this.write("node_modules/@yowasp/clang/index.js", STAND_IN);
  }

  /** Runs it in a folder below this one. */
  build(args: readonly string[], from = "."): { code: number | null; stdout: string; stderr: string } {
    const cwd = join(this.path, from);
    const {
      status: code,
      stdout,
      stderr,
    } = spawnSync(process.execPath, [BUILD, ...args], {
      cwd,
      encoding: "utf8",
      env: { ...process.env, NODE_PATH: "" }, // pnpm's, where there is a Clang
    });
    return { code, stdout, stderr };
  }

  private write(name: string, text: string): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}
