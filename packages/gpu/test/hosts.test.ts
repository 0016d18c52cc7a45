/** What hosts lack and refuse. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import { RangeHeap } from "../src/index.ts";

const run = promisify(execFile);
const script = fileURLToPath(new URL("hosts/no-memory.ts", import.meta.url));

afterEach(() => vi.unstubAllGlobals());

test.skipIf(process.platform !== "linux")(
  "where the system has no memory, it says so, or makes do with less",
  async () => {
    const limited = ["-c", 'ulimit -v 3000000; exec "$0" "$1"', process.execPath, script];
    const { stdout } = await run("bash", limited);
    expect(stdout.trim().split("\n")).toEqual([
      "blocks: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 1342181424 bytes",
      "blocks, shared: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 1342181424 bytes",
      "shared: ok 1",
    ]);
  },
);

test("where there is no SharedArrayBuffer", () => {
  vi.stubGlobal("SharedArrayBuffer", undefined);
  expect(() => new RangeHeap({ bytes: 1024, shared: true })).toThrow(/^unsupported: no SharedArrayBuffer here: /);
  expect(new RangeHeap({ bytes: 1024 }).allocate(1024)).toBe(1);
});

test("where no buffer can be resized", () => {
  // As older browsers: the option means nothing, and there is no such property.
  class Plain extends ArrayBuffer {
    constructor(bytes: number) {
      super(bytes);
      Object.defineProperty(this, "maxByteLength", { value: undefined });
    }
  }
  vi.stubGlobal("ArrayBuffer", Plain);
  const heap = new RangeHeap({ bytes: 2 ** 20 });
  for (let i = 0; i < 500; i++) heap.allocate(1);
  heap.verify();
});

test("a host that refuses memory when the control block is to become longer", () => {
  const heap = new RangeHeap({ bytes: 2 ** 20 });
  while (heap.stats().blocks < 62) heap.allocate(1);
  const before = Buffer.from(heap.buffer.slice());
  vi.stubGlobal(
    "ArrayBuffer",
    class {
      constructor() {
        throw new RangeError("Array buffer allocation failed");
      }
    },
  );
  expect(heap.tryAllocate(1, 512)).toBe(0);
  expect(() => heap.allocate(1, 512)).toThrow("out of memory: the host has no buffer of 6704 bytes");
  vi.unstubAllGlobals();
  expect(Buffer.compare(Buffer.from(heap.buffer), before)).toBe(0);
  expect(heap.allocate(1, 512)).toBe(63);
  heap.verify();
});
