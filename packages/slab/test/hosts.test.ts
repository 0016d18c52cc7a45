/** What hosts have, lack and refuse: in processes of their own. */
import { execFile } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test, vi } from "vitest";
import { SlabAllocator, type SlabOptions } from "../src/index.ts";
import { thrownBy } from "./heaps.ts";

const run = promisify(execFile);
const script = (name: string) => fileURLToPath(new URL(`hosts/${name}.ts`, import.meta.url));

// Installed for the conformance suite; where they are not built for the platform, skipped by name.
const bin = fileURLToPath(new URL("../../conformance/node_modules/.bin", import.meta.url));
// Bun has 64-bit memories, but as an experiment.
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, BUN_JSC_useWasmMemory64: "1" };

describe.each([
  ["the resizable buffer of a WebAssembly program grows", "resizable"],
  ["a memory with 64-bit addresses is refused", "memory64"],
])("%s", (_, name) => {
  test.for([
    ["node", process.execPath, ["--experimental-wasm-rab-integration"]],
    ["bun", "bun", []],
    ["deno", "deno", ["run", "--no-check", "--allow-read"]],
  ] as const)("in %s", async ([host, command, args], { skip }) => {
    const printed = await run(command, [...args, script(name)], { env }).catch((error) => error);
    // Is there no such host, or is it an older one, which has no such thing?
    const { code, stderr, stdout } = printed;
    if (code === "ENOENT" || /bad option/.test(stderr) || stdout === "none\n") skip(`${host} has none`);
    expect(printed).toMatchObject({ stdout: "ok\n" });
  });
});

describe("a thread that `watch` says has ended writes nothing any more, however it ended", () => {
  const ways = (ended: (way: string) => boolean) =>
    ["terminate", "terminate, at rest", "exit 0", "exit 3", "error", "end"].map(
      (way) => `${way}: ${ended(way) ? "ended" : "nothing"}`,
    );
  test.for([
    ["node", process.execPath, [], () => true],
    ["bun", "bun", [], () => true],
    // Its `terminate` says 'exit' at once, and lets a busy thread go on: of what may be such a one, nothing is said.
    ["deno", "deno", ["run", "--no-check", "--allow-read"], (way: string) => /^e(xit|nd)/.test(way)],
  ] as const)("in %s", async ([host, command, args, ended], { skip }) => {
    const printed = await run(command, [...args, script("exit")], { env }).catch((error) => error);
    if (printed.code === "ENOENT") skip(`${host} is not installed`);
    expect(printed.stdout?.trim().split("\n"), printed.stderr).toEqual(ways(ended));
  });
});

test.skipIf(process.platform !== "linux")(
  "where the system has no memory, each way to ask for some says so",
  async () => {
    const limited = ["-c", 'ulimit -v 3000000; exec "$0" "$1"', process.execPath, script("no-memory")];
    const { stdout } = await run("bash", limited, { env });
    expect(stdout.trim().split("\n")).toEqual([
      "capacity: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 3899998208 bytes",
      "maxCapacity: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 3899998208 bytes",
      "shared: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 3899998208 bytes",
      "shared, maxCapacity: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 3899998208 bytes",
      "growth: ERR_OUT_OF_MEMORY OutOfMemoryError out of memory: no room for 1900000000 bytes aligned to 8 in a capacity of 1999998976 bytes, of which 25419776 are committed: 4096 are free, at most 4096 of them in one piece",
      "and after it: ok",
    ]);
  },
);

afterEach(() => void vi.unstubAllGlobals());

describe("a page that is not cross-origin isolated, and so has no SharedArrayBuffer", () => {
  test("says so, and what would help", () => {
    vi.stubGlobal("SharedArrayBuffer", undefined);
    expect(thrownBy(() => new SlabAllocator({ capacity: 1 << 20, shared: true }))).toBe(
      "ERR_UNSUPPORTED: unsupported: no SharedArrayBuffer here: a page has it once it is cross-origin isolated " +
        "(the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)",
    );
  });

  test("has heaps all the same, over shared memory of a program too", () => {
    const memory = new WebAssembly.Memory({ initial: 4, maximum: 64, shared: true });
    vi.stubGlobal("SharedArrayBuffer", undefined);
    const heap = new SlabAllocator({ memory, byteLength: 64 * 65536 });
    heap.free(heap.allocate(1 << 20));
    expect(heap.traits.shared).toBe(true);
    expect(new SlabAllocator({ capacity: 1 << 20 }).traits.shared).toBe(false);
  });
});

test.each([
  ["buffer", "new ArrayBuffer(65536, { maxByteLength: 1 << 22 })"],
  ["buffer", "new SharedArrayBuffer(65536, { maxByteLength: 1 << 22 })"],
  ["memory", "new WebAssembly.Memory({ initial: 1, maximum: 64 })"],
])("a %s of another window: %s", (name, code) => {
  const there = runInNewContext(code);
  const heap = new SlabAllocator({ [name]: there, byteLength: 1 << 22 } as unknown as SlabOptions);
  const out = runInNewContext("new Int32Array(100)");
  expect(heap.allocateMany(5000, out)).toBe(100);
  expect(SlabAllocator.attach(there).stats().blocks).toBe(100);
  heap.freeMany(out);
  heap.verify();
});
