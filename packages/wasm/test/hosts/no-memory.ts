/** Run with few addresses (`ulimit -v`): what each way to ask for more of them throws, a line each. */
import { WasmAllocator } from "../../src/index.ts";

function tell(what: string, call: () => unknown): void {
  let line = "ok";
  try {
    call();
  } catch (error) {
    const { code, name, message } = error as Error & { code?: string };
    line = `${code} ${name} ${message}`;
  }
  console.log(`${what}: ${line}`);
}

tell("capacity", () => WasmAllocator.createSync({ capacity: 3.9e9 }));
tell("shared", () => WasmAllocator.createSync({ capacity: 3.9e9, shared: true }));
const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
const heap = WasmAllocator.createSync({ memory, byteLength: 2e9 });
tell("growth", () => heap.allocate(1.9e9));
tell("and after it", () => {
  heap.free(heap.allocate(1 << 22));
  heap.verify();
});
