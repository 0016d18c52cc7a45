/** Hosts without WebAssembly, without a compiler for it, without memory; memories of other kinds. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { AllocatorError } from "@ariax/allocator";
import { afterEach, describe, expect, test, vi } from "vitest";
import { memoryOf, PAGE, rejectedBy, thrownBy } from "./heaps.ts";

const script = (name: string) => fileURLToPath(new URL(`hosts/${name}.ts`, import.meta.url));

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The package as it is when nothing has been compiled yet. */
const fresh = async () => {
  vi.resetModules();
  return await import("../src/index.ts");
};

test("without WebAssembly, as with `--jitless`, each call says so, and what to use instead", async () => {
  const { SharedWasmAllocator, WasmAllocator } = await fresh();
  const memory = memoryOf(16);
  vi.stubGlobal("WebAssembly", undefined);
  const message =
    "ERR_UNSUPPORTED: unsupported: no WebAssembly here: use SlabAllocator of @ariax/slab, which needs none";
  expect(thrownBy(() => WasmAllocator.createSync({ capacity: 1 << 20 }))).toBe(message);
  expect(thrownBy(() => WasmAllocator.createSync({ memory }))).toBe(message);
  expect(thrownBy(() => WasmAllocator.attachSync(memory))).toBe(message);
  expect(await rejectedBy(WasmAllocator.create({ capacity: 1 << 20 }))).toBe(message);
  expect(await rejectedBy(WasmAllocator.attach(memory))).toBe(message);
  expect(await rejectedBy(SharedWasmAllocator.create({ capacity: 1 << 20 }))).toBe(message);
  expect(thrownBy(() => SharedWasmAllocator.attachSync(memory))).toBe(message);
});

describe("where no WebAssembly may be compiled", () => {
  const context = createContext({}, { codeGeneration: { wasm: false, strings: true } });
  const refusing = runInContext("WebAssembly", context);
  const message =
    "ERR_UNSUPPORTED: unsupported: WebAssembly is not compiled here: pass the option `module`, or use SlabAllocator of @ariax/slab, which needs none";

  test("that is said, with the host's own error behind it", async () => {
    const { WasmAllocator } = await fresh();
    vi.stubGlobal("WebAssembly", refusing);
    const memory = memoryOf(4, 64);
    expect(thrownBy(() => WasmAllocator.createSync({ memory, byteLength: 64 * PAGE }))).toBe(message);
    const error = await WasmAllocator.create({ memory, byteLength: 64 * PAGE }).catch((error) => error);
    expect(`${error.code}: ${error.message}`).toBe(message);
    expect(error).toBeInstanceOf(AllocatorError);
    expect(error.cause).toMatchObject({ name: "CompileError", message: expect.stringMatching(/disallowed/) });
    expect(await rejectedBy(WasmAllocator.attach(memory))).toBe(message);
    // Nothing was done to the memory.
    expect(memory.buffer.byteLength).toBe(4 * PAGE);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
  });

  test("the option `module` makes a heap", async () => {
    const { laneModuleBytes, moduleBytes, SharedWasmAllocator, WasmAllocator } = await fresh();
    const module = new WebAssembly.Module(moduleBytes(false));
    const lanes = new WebAssembly.Module(laneModuleBytes());
    vi.stubGlobal("WebAssembly", refusing);
    expect(await rejectedBy(SharedWasmAllocator.create({ memory: memoryOf(16, 16, true) }))).toBe(message);
    (await SharedWasmAllocator.create({ memory: memoryOf(16, 16, true), module: lanes })).verify();
    const heap = await WasmAllocator.create({ capacity: 1 << 20, module });
    heap.free(heap.allocate(100));
    heap.verify();
  });
});

test("what a host says when it makes no memory, or no instance, has a code too", async () => {
  const { SharedWasmAllocator, WasmAllocator } = await fresh();
  const failing = (name: string) =>
    class {
      constructor() {
        throw Object.assign(new Error("no"), { name });
      }
    };
  const { Module, Instance, Memory, compile } = WebAssembly;
  const stub = (parts: object) => vi.stubGlobal("WebAssembly", { Module, Memory, compile, ...parts });
  stub({ Memory: failing("RangeError") });
  expect(thrownBy(() => WasmAllocator.createSync({ capacity: PAGE, maxCapacity: 9 * PAGE }))).toBe(
    "ERR_OUT_OF_MEMORY: out of memory: the host has no buffer of 589824 bytes",
  );
  // made, but not to be made long enough for the control block of its largest heap
  class Short extends Memory {
    override grow(): number {
      throw new RangeError("no");
    }
  }
  stub({ Memory: Short, Instance });
  expect(thrownBy(() => WasmAllocator.createSync({ capacity: PAGE, maxCapacity: 0xffff0000 }))).toBe(
    "ERR_OUT_OF_MEMORY: out of memory: the host has no buffer of 4294901760 bytes",
  );
  expect(thrownBy(() => SharedWasmAllocator.createSync({ capacity: PAGE, maxCapacity: 1 << 30 }))).toMatch(
    /^ERR_OUT_OF_MEMORY: out of memory: the host has no buffer of \d+ bytes$/,
  );
  stub({ Memory: failing("TypeError") });
  expect(thrownBy(() => SharedWasmAllocator.createSync({ capacity: PAGE }))).toMatch(/^ERR_UNSUPPORTED: .*Memory here/);
  expect(await rejectedBy(WasmAllocator.create({ capacity: PAGE, shared: true }))).toBe(
    "ERR_UNSUPPORTED: unsupported: no such WebAssembly.Memory here: use SlabAllocator of @ariax/slab, which needs none",
  );
  stub({ Instance: failing("RangeError") });
  expect(thrownBy(() => WasmAllocator.createSync({ memory: memoryOf(1) }))).toBe(
    "ERR_UNSUPPORTED: unsupported: no instance of the engine is made here: use SlabAllocator of @ariax/slab, which needs none",
  );
});

test.skipIf(process.platform !== "linux")("where the system has no memory, that is said", () => {
  const limited = ["-c", 'ulimit -v 3000000; exec "$0" "$1"', process.execPath, script("no-memory")];
  expect(execFileSync("bash", limited, { encoding: "utf8" }).trim().split("\n")).toEqual([
    "capacity: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 3900000000 bytes",
    "shared: ERR_OUT_OF_MEMORY HostMemoryError out of memory: the host has no buffer of 3900000000 bytes",
    "growth: ERR_OUT_OF_MEMORY OutOfMemoryError out of memory: no room for 1900000000 bytes aligned to 8 in a capacity of 1999998976 bytes, of which 25419776 are committed: 4096 are free, at most 4096 of them in one piece",
    "and after it: ok",
  ]);
});

describe("a memory with 64-bit addresses", () => {
  const make = (): WebAssembly.Memory | undefined => {
    try {
      const limits = { address: "i64", initial: 16n, maximum: 64n };
      return new WebAssembly.Memory(limits as unknown as WebAssembly.MemoryDescriptor);
    } catch {
      return undefined; // no host of ours
    }
  };

  test("is refused, and nothing is done to it", async ({ skip }) => {
    const memory = make() ?? skip("there is none here");
    const { WasmAllocator } = await fresh();
    const { buffer } = memory;
    const refused = "ERR_INVALID_ARGUMENT: invalid memory: it has 64-bit addresses, a heap's are 32 bits long";
    expect(thrownBy(() => WasmAllocator.createSync({ memory }))).toBe(refused);
    expect(await rejectedBy(WasmAllocator.create({ memory, byteLength: 64 * PAGE }))).toBe(refused);
    expect(thrownBy(() => WasmAllocator.attachSync(memory))).toBe(refused);
    expect(await rejectedBy(WasmAllocator.attach(memory))).toBe(refused);
    expect(memory.buffer).toBe(buffer);
    expect(new Uint8Array(buffer).every((byte) => byte === 0)).toBe(true);
  });

  test("is looked for without making the buffer of another another one", async () => {
    const { WasmAllocator } = await fresh();
    for (const memory of [memoryOf(4, 8), memoryOf(4, 4), memoryOf(4, 8, true)]) {
      const { buffer } = memory;
      WasmAllocator.createSync({ memory }).verify();
      WasmAllocator.attachSync(memory).verify();
      expect(memory.buffer).toBe(buffer);
      expect(buffer.byteLength).toBe(4 * PAGE);
    }
  });
});
