/** C programs with our malloc, by the real Clang: what it refuses, and heaps at the ends of what can be made. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SlabAllocator } from "@ariax/slab";
import { expect, test } from "vitest";
import "../scripts/bring-engine.ts";
import { Folder } from "./c-program.ts";

/** A program without main: no test here needs WASI's start. */
const PROGRAM = `#include <errno.h>
#include <stdlib.h>
#define EXPORT(name) __attribute__((export_name(#name)))

EXPORT(take) void *take(size_t size) { return malloc(size); }
EXPORT(take_zeroed) void *take_zeroed(size_t count, size_t size) { return calloc(count, size); }
EXPORT(take_aligned) void *take_aligned(size_t alignment, size_t size) { return aligned_alloc(alignment, size); }
EXPORT(again) void *again(void *block, size_t size) { return realloc(block, size); }
EXPORT(give) void give(void *block) { free(block); }
EXPORT(why) int why(void) { const int last = errno; errno = 0; return last; }
`;

interface Exports {
  readonly memory: WebAssembly.Memory;
  heap(): number;
  take(size: number): number;
  take_zeroed(count: number, size: number): number;
  take_aligned(alignment: number, size: number): number;
  again(block: number, size: number): number;
  give(block: number): void;
  why(): number;
}
const [EINVAL, ENOMEM] = [28, 48];

function run(file: string): Exports {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {});
  return exports as unknown as Exports;
}

/** The program, built with some arguments more. */
function programWith(args: readonly string[]): Exports {
  using folder = new Folder("real", { "c/program.c": PROGRAM });
  const always = ["c/program.c", "-O2", "-Wall", "-Wextra", "-Werror", "-mexec-model=reactor"];
  expect(folder.build([...always, ...args])).toEqual({ code: 0, stdout: "", stderr: "" });
  return run(join(folder.path, "a.out"));
}

test("what Clang refuses it says, and no more", () => {
  using folder = new Folder("real", { "program.c": "int main(void) { return none; }\n" });
  const refused = folder.build(["program.c"]);
  expect([refused.code, refused.stdout]).toEqual([1, ""]);
  expect(refused.stderr).toBe(
    [
      "program.c:1:25: error: use of undeclared identifier 'none'",
      "    1 | int main(void) { return none; }",
      "      |                         ^~~~",
      "1 error generated.\n",
    ].join("\n"),
  );
  const missing = folder.build(["programm.c"]);
  expect(missing).toEqual({ code: 1, stdout: "", stderr: "clang: error: no such file or directory: 'programm.c'\n" });
});

test("a limit beyond what addresses reach ends where they do", () => {
  const program = programWith(["-DARIAX_LIMIT_PAGES=1048560"]);
  const block = program.take(100);
  expect(block).toBeGreaterThan(0);
  const heap = SlabAllocator.attach(program.memory, program.heap());
  expect(program.heap() + heap.capacity).toBe(2 ** 32 - 65536);
  expect(program.why()).toBe(0);
  expect([program.take(-1), program.why()]).toEqual([0, ENOMEM]);
  expect([program.take_zeroed(65536, 65536), program.why()]).toEqual([0, ENOMEM]);
  expect([program.take_aligned(24, 100), program.why()]).toEqual([0, EINVAL]);
  expect([program.take_aligned(0, 100), program.why()]).toEqual([0, EINVAL]);
  expect([program.again(block, -1), program.why()]).toEqual([0, ENOMEM]);
  heap.verify();
  program.give(block);
  expect(heap.stats().blocks).toBe(0);
  expect(() => program.give(block)).toThrow(new WebAssembly.RuntimeError("unreachable"));
});

test("a limit below what a heap begins with is its length", () => {
  const program = programWith(["-DARIAX_LIMIT_PAGES=20", "-DARIAX_HEAP_PAGES=4294967295u"]);
  expect(program.take(100)).toBeGreaterThan(0);
  const heap = SlabAllocator.attach(program.memory, program.heap());
  expect(heap.capacity).toBe(20 * 4096);
  expect([program.take(20 * 4096), program.why()]).toEqual([0, ENOMEM]);
  heap.verify();
});

test.each([
  ["the memory may not get long enough", ["-Wl,--max-memory=262144"]],
  ["the limit leaves no page", ["-DARIAX_LIMIT_PAGES=15"]],
])("there is no heap, and malloc says so, where %s", (_, args) => {
  const program = programWith(args);
  expect(program.heap()).toBe(0);
  expect([program.take(100), program.why()]).toEqual([0, ENOMEM]);
  expect([program.take_zeroed(10, 10), program.why()]).toEqual([0, ENOMEM]);
  expect([program.again(0, 100), program.why()]).toEqual([0, ENOMEM]);
  program.give(0);
  for (const wrong of [() => program.give(4096), () => program.again(4096, 10)]) {
    expect(wrong).toThrow(new WebAssembly.RuntimeError("unreachable"));
  }
});

test("sources above the working directory, without a library", () => {
  const declared = "void *malloc(unsigned long);\n";
  using folder = new Folder("real", {
    "lib/lib.c": `${declared}#include "lib.h"\n__attribute__((export_name("take"))) void *take(void) { return malloc(SIZE); }\n`,
    "lib/lib.h": "#define SIZE 100\n",
    "work/notes.txt": "",
  });
  const bare = ["--target=wasm32", "-ffreestanding", "-nostdlib", "-Wl,--no-entry", "-Wall", "-Wextra", "-Werror"];
  const built = folder.build(["../lib/lib.c", "-O2", ...bare, "-o", "out/lib.wasm"], "work");
  expect(built).toEqual({ code: 0, stdout: "", stderr: "" });
  const program = run(join(folder.path, "work/out/lib.wasm"));
  const block = program.take(0);
  SlabAllocator.attach(program.memory, program.heap()).free(block);
});
