/** A module worker: takes a lane of the page's heap, and writes into a block of it. */
import { SharedSlabAllocator } from "@ariax/slab";
import { SharedWasmAllocator, WasmAllocator } from "@ariax/wasm";

globalThis.onmessage = async ({ data: { buffer, ticket, module } }) => {
  try {
    const heap = SharedSlabAllocator.attach(buffer, { ticket });
    const offset = heap.allocate(1000);
    new Uint8Array(buffer, offset, 1000).fill(7);
    const own = await SharedWasmAllocator.create({ capacity: 1 << 20, lanes: 1 });
    own.free(own.allocate(100));
    const sent = await WasmAllocator.create({ capacity: 1 << 20, module });
    sent.free(sent.allocate(100));
    heap.close();
    postMessage({ offset });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
