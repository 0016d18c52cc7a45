/** A thread that gets a heap, changes it, and gives it back: all it needs is the memory and the module. */
import { parentPort, workerData } from "node:worker_threads";
import { WasmAllocator } from "../src/index.ts";

const { memory, module, seed } = workerData as { memory: WebAssembly.Memory; module: WebAssembly.Module; seed: number };
let heap: WasmAllocator | undefined;

parentPort?.on("message", (given: number[]) => {
  // In its first turn: before it, the heap is another thread's, and may be half way through a change.
  heap ??= WasmAllocator.attachSync(memory, 0, { module });
  const here = heap;
  const live = given.filter((offset, i) => {
    // Every other block of whoever had the heap before is freed here, if it still holds what was written.
    const bytes = new Uint8Array(memory.buffer, offset, here.sizeOf(offset));
    if (!bytes.every((byte) => byte === ((offset >>> 4) & 255))) throw new Error(`the block at ${offset} has changed`);
    if (i % 2 === 0) here.free(offset);
    return i % 2 !== 0;
  });
  for (let i = 0; i < 300; i++) {
    const offset = here.allocate((i * 37 * seed) % 5000);
    new Uint8Array(memory.buffer, offset, here.sizeOf(offset)).fill(offset >>> 4);
    live.push(offset);
  }
  here.verify();
  parentPort?.postMessage(live);
});
