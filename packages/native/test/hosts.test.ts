/** What another realm, another copy of this package, or an unusual host has or lacks. */
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { AllocatorError } from "@ariax/allocator";
import { SlabAllocator } from "@ariax/slab";
import { afterEach, describe, expect, test, vi } from "vitest";
import { PACKAGE, runtime } from "../src/host.ts";
import {
  MapError,
  NativeAllocator,
  NativeUnavailableError,
  Region,
  RegionUnmappedError,
  SystemCallError,
} from "../src/index.ts";
import { ENGINES, MiB } from "./heaps.ts";
import { describeNative, runChild, temporary } from "./native.ts";

test("a runtime is called by its own name", () => {
  expect(runtime({ node: "24.21.0" })).toBe("Node 24.21.0");
  expect(runtime({ node: "26.3.0", bun: "1.4.5" })).toBe("Bun 1.4.5");
  expect(runtime({ node: "26.3.0", deno: "2.9.6" })).toBe("Deno 2.9.6");
});

test("errors have names that are theirs, not their classes'", () => {
  const errors = [
    new NativeUnavailableError("why"),
    new RegionUnmappedError(1),
    new MapError(1),
    new SystemCallError("can't", "ENOENT"),
  ];
  for (const error of errors) {
    expect(Object.getOwnPropertyDescriptor(error, "name")?.value).toBe(error.constructor.name);
    expect(error).toBeInstanceOf(AllocatorError);
  }
});

test("errors are made of whatever they are given", () => {
  expect(new MapError(Symbol("x") as never).message).toBe("out of memory: the system maps no Symbol(x) bytes more");
  const unmapped = new RegionUnmappedError({ __proto__: null } as never);
  expect(unmapped.message).toBe("region unmapped: its an object bytes are no longer there");
});

describeNative("another realm", () => {
  test.each(ENGINES)("may have made the memory, and the arrays (%s)", (engine) => {
    const { buffer } = new SlabAllocator({ capacity: MiB }).memory as { buffer: ArrayBuffer };
    const foreign = runInNewContext("new ArrayBuffer(length)", { length: MiB }) as ArrayBuffer;
    new Uint8Array(foreign).set(new Uint8Array(buffer));
    const heap = NativeAllocator.attach(foreign, 0, { engine });
    const out = runInNewContext("new Int32Array(10)") as Int32Array;
    expect(heap.allocateMany(64, out)).toBe(10);
    heap.freeMany(out);
    void heap.handle;
    heap.verify();
    expect(heap.stats().blocks).toBe(0);
  });

  test("may have made what tells which pages are in RAM", () => {
    using region = Region.map({ bytes: MiB });
    const pages = region.residentPages();
    const into = runInNewContext("new Uint8Array(length)", { length: pages.length }) as Uint8Array;
    expect(region.residentPages(into)).toBe(into);
  });
});

describeNative("a second copy of this package", () => {
  test("knows the regions and heaps of the first", async () => {
    const folder = temporary("copy");
    for (const name of ["src", "addon", "package.json"])
      cpSync(join(PACKAGE, name), join(folder, name), { recursive: true });
    symlinkSync(join(PACKAGE, "node_modules"), join(folder, "node_modules"), "junction");
    const copy = (await import(pathToFileURL(join(folder, "src/index.ts")).href)) as typeof import("../src/index.ts");
    expect(copy.Region).not.toBe(Region);
    using heap = new NativeAllocator({ capacity: MiB });
    expect(heap).toBeInstanceOf(copy.NativeAllocator);
    expect(heap.region).toBeInstanceOf(copy.Region);
    for (const engine of ENGINES) {
      const other = copy.NativeAllocator.attach(heap.region!, 0, { engine });
      const p = other.allocate(100_000);
      new Uint8Array(other.memory.buffer, p, 100_000).fill(1);
      heap.free(p);
      expect(other.purge()).toBeGreaterThan(90_000);
    }
  });
});

describe("a host", () => {
  const lacks = ["--import", import.meta.resolve("../../../scripts/hosts/lacks.mjs")];

  afterEach(() => void vi.unstubAllEnvs());

  test.each([
    ["Symbol.dispose", ""],
    ["Symbol.dispose at first", "polyfill"],
    ["a writable Error.prototype", ""],
  ])("may lack %s", (what, after) => {
    vi.stubEnv("LACKS", what);
    expect(runChild("unusual", [after], lacks)).toMatchObject({ status: 0, stderr: "" });
  });
});
