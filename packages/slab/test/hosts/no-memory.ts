/** Run with few addresses (`ulimit -v`): what each way to ask for more of them throws, a line each. */
import { SlabAllocator } from "../../src/index.ts";

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

const most = 3.9e9;
tell("capacity", () => new SlabAllocator({ capacity: most }));
tell("maxCapacity", () => new SlabAllocator({ capacity: 1 << 20, maxCapacity: most }));
tell("shared", () => new SlabAllocator({ capacity: most, shared: true }));
tell("shared, maxCapacity", () => new SlabAllocator({ capacity: 1 << 20, maxCapacity: most, shared: true }));
const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
const heap = new SlabAllocator({ memory, byteLength: 2e9 });
tell("growth", () => heap.allocate(1.9e9));
tell("and after it", () => {
  heap.free(heap.allocate(1 << 22));
  heap.verify();
});
