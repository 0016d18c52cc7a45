/** Runs `program.wasm`, and shares its heap: what C allocated is freed here. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";
import { SlabAllocator } from "@ariax/slab";
import { WasmAllocator } from "@ariax/wasm";

const module = await WebAssembly.compile(readFileSync("program.wasm"));
async function run(...args) {
  const wasi = new WASI({ version: "preview1", args: ["program", ...args], returnOnExit: true });
  const { exports } = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
  return { exports, start: () => wasi.start({ exports }) };
}

const { exports, start } = await run();
assert.equal(start(), 0);
const heap = SlabAllocator.attach(exports.memory, exports.heap());
// It ends where every heap's addresses do, however much was asked for.
assert.equal(exports.heap() + heap.capacity, 2 ** 32 - 65536);
const before = heap.stats().blocks;
const name = heap.allocate(6);
new TextEncoder().encodeInto("AriaX\0", new Uint8Array(exports.memory.buffer, name, 6));
const greeting = exports.greet(name);
const bytes = new Uint8Array(exports.memory.buffer, greeting, 12);
assert.equal(new TextDecoder().decode(bytes), "hello, AriaX");
heap.free(name);
WasmAllocator.attachSync(exports.memory, exports.heap()).free(greeting);
assert.equal(heap.stats().blocks, before);
heap.verify();

// A double free stops the program.
await assert.rejects(
  async () => (await run("twice")).start(),
  (error) => {
    assert.equal(`${error}`, "RuntimeError: unreachable");
    assert.match(error.stack, /\n +at [^\n]*\bfree /);
    return error instanceof WebAssembly.RuntimeError;
  },
);
