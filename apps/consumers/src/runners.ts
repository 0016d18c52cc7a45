/** Test runners, with a page's globals from jsdom and without: what our users' own tests run in. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cell, cell, HANGS, problemsOf, start, tool } from "./cells.ts";

/** Bytes of two realms meet here: those of the test's globals, and those of Node's own modules. */
const PROGRAM = `
import { scope, view } from "@ariax/allocator";
import { RangeHeap } from "@ariax/gpu";
import { KvPager } from "@ariax/kv-pager";
import { pagerConformance } from "@ariax/kv-pager/conformance";
import { MetadataPool } from "@ariax/metadata-pool";
import { NativeAllocator, isAvailable } from "@ariax/native";
import { SlabAllocator } from "@ariax/slab";
import { readTrace, record, writeTrace } from "@ariax/trace";
import { loadTrace } from "@ariax/trace/node";
import { WasmAllocator } from "@ariax/wasm";

test("every package works", async () => {
  const heap = new SlabAllocator({ capacity: 1 << 20, shared: true });
  const p = heap.allocate(8);
  view(heap, p, Uint8Array, 8).fill(7);
  heap.free(p);
  expect(() => heap.free(p)).toThrow(expect.objectContaining({ name: "DoubleFreeError", code: "ERR_DOUBLE_FREE" }));
  scope(heap, 64).dispose();
  const pool = new MetadataPool({ capacity: 4, fields: { n: "bytes:4" } });
  const handle = pool.acquire();
  pool.set(handle, "n", Buffer.from("abc"));
  pool.set(handle, "n", new Uint8Array([1, 2]));
  const range = new RangeHeap({ bytes: 2 ** 30, granule: 256 });
  range.free(range.allocate(1000));
  pagerConformance({ test: (_name, fn) => fn(), create: (options) => new KvPager(options), runs: 1 });
  const recorder = record(heap);
  recorder.free(recorder.allocate(100));
  expect((await readTrace(writeTrace(recorder.sink.build()))).events).toBe(2);
  // jsdom in Jest brings no DecompressionStream.
  if (typeof DecompressionStream === "function") expect((await loadTrace("nginx")).events).toBe(106435);
  else await expect(loadTrace("nginx")).rejects.toMatchObject({ name: "UnsupportedError", code: "ERR_UNSUPPORTED" });
  const wasm = await WasmAllocator.create({ capacity: 1 << 20 });
  wasm.free(wasm.allocate(100));
  if (isAvailable()) new NativeAllocator({ capacity: 1 << 20 }).unmap();
});
`;

export function runnerCells(project: string): Cell[] {
  return [
    cell("Vitest with jsdom", async () => {
      const folder = folderOf(project, "vitest", 'import { expect, test } from "vitest";');
      const args = ["run", "--root", folder, "--environment", "jsdom", "--no-cache", `--testTimeout=${HANGS}`];
      return problemsOf(await start(process.execPath, [tool("vitest", "vitest.mjs"), ...args], folder), "1 passed");
    }),
    ...["jsdom", "node"].map((environment) =>
      cell(`Jest with ${environment}, NODE_OPTIONS=--experimental-vm-modules`, async () => {
        const folder = folderOf(project, `jest-${environment}`, "");
        const config = { testEnvironment: environment, transform: {}, testMatch: ["**/*.test.js"], watchman: false };
        writeFileSync(join(folder, "jest.config.json"), JSON.stringify(config));
        const args = ["--config", "jest.config.json", "--no-cache", "--runInBand", `--testTimeout=${HANGS}`];
        const outcome = await start(process.execPath, [tool("jest", "bin/jest.js"), ...args], folder, {
          NODE_OPTIONS: "--experimental-vm-modules",
        });
        return problemsOf(outcome, "1 passed");
      }),
    ),
  ];
}

function folderOf(project: string, name: string, imports: string): string {
  const folder = join(project, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  writeFileSync(join(folder, "packages.test.js"), imports + PROGRAM);
  return folder;
}
