/** `c/build.mjs`: what it takes from its arguments, and what Clang gets to see. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Folder } from "./c-program.ts";

const USAGE = "usage: node build.mjs program.c … [-o program.wasm] [arguments of Clang]\n";
const FILES = {
  "work/program.c": "mine",
  "work/src/list.c": "list",
  "work/src/list.h": "header",
  "work/old.cpp": "C++",
  "c/other.c": "other",
  "c/include/deep.h": "deep",
  "c/notes.txt": "notes",
};

describe("an output's name", () => {
  test.each([
    [["program.c", "-O2"], "a.out"],
    [["-O2", "program.c"], "a.out"],
    [["program.c", "-o", "program.wasm"], "program.wasm"],
    [["-oprogram.wasm", "program.c"], "program.wasm"],
    [["program.c", "--output=program.wasm"], "program.wasm"],
    [["--output", "program.wasm", "program.c"], "program.wasm"],
    [["program.c", "-o", "a.wasm", "-ob.wasm"], "b.wasm"],
    [["program.c", "-o", "new/folder/x.wasm"], "new/folder/x.wasm"],
    [["program.c", "-o", "../x.wasm"], "../x.wasm"],
  ])("of %j is %s", (args, output) => {
    using folder = new Folder("stand-in", FILES);
    expect(folder.build(args, "work")).toEqual({ code: 0, stdout: "", stderr: "" });
    const { args: passed } = JSON.parse(readFileSync(join(folder.path, "work", output), "utf8"));
    expect(passed.filter((arg: string) => arg.startsWith("-o") || arg.startsWith("--output"))).toEqual(["-o"]);
    expect(passed).toContain("program.c");
    if (output !== "a.out") expect(existsSync(join(folder.path, "work/a.out"))).toBe(false);
  });
});

describe("refused, and nothing is written:", () => {
  test.each([
    [[], USAGE],
    [["-o", "x.wasm"], USAGE],
    [["program.c", "-o"], `-o wants a name\n${USAGE}`],
    [["old.cpp", "-o", "x.wasm"], "old.cpp: only C is compiled here\n"],
    [["program.c", "-o", "program.c"], "-o program.c would write over a source\n"],
    [["program.c", "-o", "src/list.h"], "-o src/list.h would write over a source\n"],
    [["old.cpp.txt", "program.c", "-osrc/../new.c"], "-o src/../new.c would write over a source\n"],
    [["../c/notes.txt", "-o", "../c/notes.txt"], "-o ../c/notes.txt would write over a source\n"],
  ])("%j", (args, stderr) => {
    using folder = new Folder("stand-in", FILES);
    expect(folder.build(args, "work")).toEqual({ code: 1, stdout: "", stderr });
    for (const [name, text] of Object.entries(FILES)) {
      expect(readFileSync(join(folder.path, name), "utf8")).toBe(text);
    }
    for (const name of ["x.wasm", "a.out", "new.c"]) expect(existsSync(join(folder.path, "work", name))).toBe(false);
  });

  test("without a compiler", () => {
    using folder = new Folder("none", FILES);
    const stderr = "no compiler: npm i @yowasp/clang\n";
    expect(folder.build(["program.c"], "work")).toEqual({ code: 1, stdout: "", stderr });
  });

  test("where the disk refuses", () => {
    using folder = new Folder("stand-in", FILES);
    const { code, stderr } = folder.build(["program.c", "-o", "src"], "work");
    expect([code, stderr]).toEqual([1, "EISDIR: illegal operation on a directory, open 'src'\n"]);
  });
});

describe("what Clang sees", () => {
  /** The last arguments, and the files but for ours. */
  function seen(folder: Folder, args: readonly string[]) {
    expect(folder.build([...args, "-o", "out"], "work")).toEqual({ code: 0, stdout: "", stderr: "" });
    const all = JSON.parse(readFileSync(join(folder.path, "work/out"), "utf8")) as { args: string[]; files: string[] };
    const files = all.files.filter((file) => !file.includes("packages/wasm/c/")).sort();
    expect(all.files.some((file) => file.endsWith("packages/wasm/c/malloc.c"))).toBe(true);
    return { args: all.args.slice(-args.length), files };
  }
  const below = ["program.c", "src/list.c", "src/list.h"];

  test("are C files and headers below the working directory, by names without `..`", () => {
    using folder = new Folder("stand-in", FILES);
    const args = ["./program.c", "src/../src/list.c", join(folder.path, "work/src"), "-O2", "-DX=../c", "none.c"];
    expect(seen(folder, args)).toEqual({
      args: ["program.c", "src/list.c", "src", "-O2", "-DX=../c", "none.c"],
      files: below,
    });
  });

  test("and those of the folders that arguments name, wherever they lie", () => {
    using folder = new Folder("stand-in", FILES);
    const there = `...${folder.path}/c`;
    for (const path of ["../c", join(folder.path, "c")]) {
      expect(seen(folder, [`${path}/other.c`, `-I${path}/include`])).toEqual({
        args: [`${there}/other.c`, `-I${there}/include`],
        files: [`${there}/include/deep.h`, `${there}/other.c`, ...below],
      });
    }
    expect(seen(folder, ["-I", "../c/include"])).toEqual({
      args: ["-I", `${there}/include`],
      files: [`${there}/include/deep.h`, ...below],
    });
    expect(seen(folder, ["../c/notes.txt"]).files).toContain(`${there}/notes.txt`);
  });

  test("but never another file instead of one that is missing", () => {
    using folder = new Folder("stand-in", FILES);
    expect(seen(folder, ["../program.c"]).args).toEqual([`...${folder.path}/program.c`]);
  });
});
