/** The module: that it is what its sources make, and no more than it should be. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { exampleHash } from "../scripts/example.ts";
import { sourceHash } from "../scripts/heap.ts";
import { SECTION, sectionsOf } from "../scripts/sections.ts";
import { moduleBytes, WasmAllocator } from "../src/index.ts";
import { SOURCE_HASH } from "../src/module.ts";
import { memoryOf } from "./heaps.ts";

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url));

// Built again in committed.long.test.ts.
test("what is committed is made of these C sources: else run `node packages/wasm/scripts/build.ts`", () => {
  expect(SOURCE_HASH).toBe(sourceHash());
  expect(file("examples/words/words.sha256").toString().trim()).toBe(exampleHash());
});

test("is the same in the files", () => {
  expect(file("heap.wasm").equals(moduleBytes(false))).toBe(true);
  expect(file("heap-shared.wasm").equals(moduleBytes(true))).toBe(true);
});

describe.each([
  ["heap.wasm", false],
  ["heap-shared.wasm", true],
])("%s", (_, shared) => {
  const bytes = moduleBytes(shared);
  const module = new WebAssembly.Module(bytes);
  const ids = sectionsOf(bytes).map(({ id }) => id);

  test("has at most 5,150 bytes", () => {
    expect(bytes.length).toBeLessThanOrEqual(5150);
    const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
    expect(readme).toContain(`| module | ${bytes.length.toLocaleString("en-US")} bytes;`);
  });

  test("has no data, no start function, no stack or other globals, no table, nothing but code", () => {
    expect(ids).toEqual([SECTION.type, SECTION.import, SECTION.function, SECTION.export, SECTION.code]);
  });

  test("imports one memory, and exports functions", () => {
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
    expect(WebAssembly.Module.exports(module).map(({ kind }) => kind)).toEqual(new Array(7).fill("function"));
  });

  test("takes every memory of its kind, and none of the other", () => {
    const over = (memory: WebAssembly.Memory) => new WebAssembly.Instance(module, { env: { memory } });
    for (const [initial, maximum] of [
      [0, 0],
      [1, 65536],
      [300, 400],
    ]) {
      over(memoryOf(initial, maximum, shared));
      expect(() => over(memoryOf(initial, maximum, !shared))).toThrow("shared");
    }
    if (!shared) over(new WebAssembly.Memory({ initial: 1 }));
  });
});

describe("the option `module`", () => {
  test.each([false, true])("is used (shared: %s)", async (shared) => {
    const module = new WebAssembly.Module(moduleBytes(shared));
    const heap = await WasmAllocator.create({ capacity: 1 << 20, shared, module });
    const p = heap.allocate(100);
    const other = await WasmAllocator.attach(memoryOf(32, 32, shared), 0, { module }).catch((error) => error.code);
    expect(other).toBe("ERR_CORRUPTED");
    const same = WasmAllocator.attachSync(heap.memory, 0, { module });
    same.free(p);
    expect(heap.stats().blocks).toBe(0);
  });
});
