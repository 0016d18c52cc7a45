/** The module with lanes: that it is what its sources make, and that its instances have nothing in common but the heap. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lanesHash } from "../scripts/lanes.ts";
import { SECTION, sectionsOf } from "../scripts/sections.ts";
import { laneModuleBytes, moduleBytes, SharedWasmAllocator } from "../src/index.ts";
import { SOURCE_HASH } from "../src/lanes-module.ts";
import { memoryOf, PAGE, rejectedBy, thrownBy } from "./heaps.ts";

const file = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url));
const bytes = laneModuleBytes();
const module = new WebAssembly.Module(bytes);

// Built again in committed.long.test.ts.
test("what is committed is made of these C sources: else run `node packages/wasm/scripts/build.ts`", () => {
  expect(SOURCE_HASH).toBe(lanesHash());
});

test("is the same in the file", () => expect(file("heap-lanes.wasm").equals(bytes)).toBe(true));

test("has as many bytes as the README says", () => {
  expect(file("README.md").toString()).toContain(
    `| module with lanes | ${bytes.length.toLocaleString("en-US")} bytes;`,
  );
});

test("has no data, no start function, no stack or other globals, no table, nothing but code", () => {
  const ids = sectionsOf(bytes).map(({ id }) => id);
  expect(ids).toEqual([SECTION.type, SECTION.import, SECTION.function, SECTION.export, SECTION.code]);
});

test("imports one memory, which must be shared, and exports functions", () => {
  expect(WebAssembly.Module.imports(module)).toEqual([{ module: "env", name: "memory", kind: "memory" }]);
  expect(WebAssembly.Module.exports(module).map(({ kind }) => kind)).toEqual(new Array(5).fill("function"));
  new WebAssembly.Instance(module, { env: { memory: memoryOf(0, 0, true) } });
  expect(() => new WebAssembly.Instance(module, { env: { memory: memoryOf(1, 2, false) } })).toThrow("shared");
});

test("an instance writes nothing: one more over a memory in use changes no byte", () => {
  const memory = memoryOf(32, 32, true);
  const filled = new Uint8Array(memory.buffer).map((_, i) => i * 7 + (i >>> 8));
  new Uint8Array(memory.buffer).set(filled);
  for (let i = 0; i < 3; i++) new WebAssembly.Instance(module, { env: { memory } });
  expect(Buffer.from(memory.buffer).equals(Buffer.from(filled))).toBe(true);
});

describe("the option `module`", () => {
  test("is used", async () => {
    const heap = await SharedWasmAllocator.create({ capacity: 1 << 20, module });
    const other = await SharedWasmAllocator.attach(heap.memory, { module });
    other.free(heap.allocate(100));
    expect(heap.stats().blocks).toBe(0);
  });

  test.each([
    ["the module without lanes", new WebAssembly.Module(moduleBytes(true))],
    ["another program's", new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))],
  ])("is refused if it is %s", async (_, module) => {
    const message =
      "ERR_INVALID_ARGUMENT: invalid module: for a heap with lanes it must be heap-lanes.wasm of this version of @ariax/wasm";
    expect(thrownBy(() => SharedWasmAllocator.createSync({ capacity: 1 << 20, module }))).toBe(message);
    const memory = memoryOf(2, 2, true);
    expect(await rejectedBy(SharedWasmAllocator.attach(memory, { module }))).toBe(message);
  });
});

describe("memories", () => {
  test("that are not shared are refused", async () => {
    const message =
      "ERR_INVALID_ARGUMENT: invalid memory: not shared, a heap with lanes needs a shared WebAssembly.Memory";
    const memory = memoryOf(16);
    expect(thrownBy(() => SharedWasmAllocator.createSync({ memory }))).toBe(message);
    expect(await rejectedBy(SharedWasmAllocator.attach(memory))).toBe(message);
  });

  test("without a heap, or with one without lanes, are refused", async () => {
    const memory = memoryOf(16, 16, true);
    expect(await rejectedBy(SharedWasmAllocator.attach(memory))).toBe(
      "ERR_CORRUPTED: corrupted: no heap: no magic number at byte 0",
    );
  });
});

describe("options", () => {
  test.each<[string, object, string]>([
    ["unknown", { capacity: PAGE, shared: true }, 'unknown option: "shared" is not one of'],
    ["contradictory", { capacity: PAGE, memory: memoryOf(1, 1, true) }, "contradictory options: memory and capacity"],
    ["too small", { capacity: 4096, lanes: 63 }, "invalid capacity"],
    ["no lanes", { capacity: 1 << 20, lanes: 0 }, "invalid lanes: 0 is not a whole number from 1 to 63"],
    ["no capacity", {}, "invalid capacity: undefined is not a whole number from 0 to"],
    ["no callback", { capacity: 1 << 20, onLateDoubleFree: 1 }, "invalid onLateDoubleFree"],
  ])("that are %s are refused", async (_, options, message) => {
    expect(thrownBy(() => SharedWasmAllocator.createSync(options))).toContain(message);
    expect(await rejectedBy(SharedWasmAllocator.create(options))).toContain(message);
  });

  test("the constructor is private", () => {
    const Class = SharedWasmAllocator as unknown as new () => unknown;
    expect(thrownBy(() => new Class())).toBe(
      "ERR_INVALID_ARGUMENT: invalid call: a SharedWasmAllocator is made by create or attach",
    );
  });
});
