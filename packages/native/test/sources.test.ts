/** What the addon is compiled of: the engine as it is now, and once. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LONG } from "../../../scripts/lib/long.ts";
import { findCompiler, NO_COMPILER } from "../src/compiler.ts";
import { PACKAGE } from "../src/host.ts";
import { describeUnless, temporary } from "./native.ts";

const ENGINE = join(PACKAGE, "../engine-c");
const cFiles = (folder: string) =>
  readdirSync(folder)
    .filter((file) => /\.(c|h)$/.test(file))
    .sort();
const textsOf = (folder: string) => cFiles(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]);

// On Windows node-gyp is used, which takes a minute for what is compiled in a second elsewhere.
const why = process.platform === "win32" ? "not with node-gyp" : findCompiler() === undefined ? NO_COMPILER : undefined;

/** A workspace with this package and the engine only: whatever is done to it. */
function workspace(): { native: string; engine: string; build(): { status: number | null; stderr: string } } {
  const root = temporary("sources");
  const [native, engine] = [join(root, "native"), join(root, "engine-c")];
  for (const folder of ["src", "include", "addon"]) {
    cpSync(join(PACKAGE, folder), join(native, folder), {
      recursive: true,
      filter: (path) => path !== join(PACKAGE, "addon/build"),
    });
  }
  cpSync(join(PACKAGE, "package.json"), join(native, "package.json"));
  symlinkSync(join(PACKAGE, "node_modules"), join(native, "node_modules"), "junction");
  for (const folder of ["src", "include"]) cpSync(join(ENGINE, folder), join(engine, folder), { recursive: true });
  const build = () => spawnSync(process.execPath, [join(native, "src/build-command.ts")], { encoding: "utf8" });
  return { native, engine, build };
}

describeUnless(why, "an old copy of the engine is never compiled", () => {
  test("whatever lies in its place", () => {
    const { native, engine, build } = workspace();
    const copies = join(native, "addon/engine");
    const wrong = "#error an old copy\n";
    for (const file of cFiles(copies)) writeFileSync(join(copies, file), wrong);
    writeFileSync(join(native, "include/ariax.h"), wrong);
    // Where the compiler looks first, of what the engine once had.
    writeFileSync(join(copies, "ariax_native.h"), wrong);
    expect(build()).toMatchObject({ status: 0, stderr: "" });
    expect(textsOf(copies)).toEqual(textsOf(join(engine, "src")));
    expect(cFiles(join(native, "include"))).toEqual(["ariax.h", "ariax_native.h"]);
    expect(textsOf(join(native, "include"))[0]).toEqual(textsOf(join(engine, "include"))[0]);
  });

  if (!LONG) return; // each compiles all of it again, and again

  test("nor an addon of one taken for new", () => {
    const { native, engine, build } = workspace();
    expect(build().status).toBe(0);
    const addon = join(native, "addon/build/ariax.node");
    const before = readFileSync(addon);
    for (const file of ["src/free.c", "include/ariax.h"]) {
      const path = join(engine, file);
      const text = readFileSync(path, "utf8");
      writeFileSync(path, `${text}\n#error changed\n`);
      const { status, stderr } = build();
      expect([file, status]).toEqual([file, 1]);
      expect(stderr).toContain("#error changed");
      writeFileSync(path, text);
    }
    expect(readFileSync(addon).equals(before)).toBe(true);
    expect(build().status).toBe(0);
  });

  test("of a tarball what it brings is compiled", () => {
    const { native, engine, build } = workspace();
    rmSync(engine, { recursive: true });
    expect(build()).toMatchObject({ status: 0, stderr: "" });
    expect(existsSync(join(native, "addon/engine/ariax.c"))).toBe(true);
  });
});

test("there is one copy of each: the engine's sources in addon/engine, its header beside the addon's own", () => {
  expect(textsOf(join(PACKAGE, "addon/engine"))).toEqual(textsOf(join(ENGINE, "src")));
  expect(cFiles(join(PACKAGE, "include"))).toEqual(["ariax.h", "ariax_native.h"]);
  const { include_dirs } = target(join(PACKAGE, "addon"));
  expect(include_dirs).toEqual(["../include", "engine"]);
  const { files } = JSON.parse(readFileSync(join(PACKAGE, "package.json"), "utf8"));
  expect(files).toEqual(expect.arrayContaining(["addon/engine", "include"]));
});

const target = (folder: string) => JSON.parse(readFileSync(join(folder, "binding.gyp"), "utf8")).targets[0];
