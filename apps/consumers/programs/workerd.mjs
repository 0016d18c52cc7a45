/** For workerd, where Cloudflare's Workers run: a file of WebAssembly is a module there, and none may be compiled by a program. */
import { AllocatorError, scope, view } from "@ariax/allocator";
import { Arena } from "@ariax/arena";
import { BitSet } from "@ariax/bitset";
import { RangeHeap } from "@ariax/gpu";
import { KvPager } from "@ariax/kv-pager";
import { MemoryContext } from "@ariax/memory-context";
import { MetadataPool } from "@ariax/metadata-pool";
import { SlabAllocator } from "@ariax/slab";
import { readTrace, record, writeTraceGzip } from "@ariax/trace";
import { WasmAllocator } from "@ariax/wasm";
import module from "@ariax/wasm/heap.wasm";

export default {
  /** What `workerd test` calls. */
  async test() {
    const heap = new SlabAllocator({ capacity: 1 << 20, maxCapacity: 1 << 24 });
    const p = heap.allocate(1000);
    view(heap, p, Float32Array, 250).fill(0.5);
    heap.free(p);
    scope(heap, 64).dispose();
    heap.allocate(1 << 22);
    heap.verify();

    new Arena({ capacity: 1 << 16 }).allocate(100);
    new BitSet(100).takeFirst();
    const pool = new MetadataPool({ capacity: 10, fields: { size: "u32" } });
    pool.release(pool.acquire());
    new MemoryContext(null, { name: "request", quota: 1 << 18 }).allocate(100);
    const range = new RangeHeap({ bytes: 2 ** 30, granule: 256 });
    range.free(range.allocate(1000));
    const pager = new KvPager({ blocks: 16, blockTokens: 4 });
    if (!pager.allocateSlots(pager.open({ tokens: [1, 2, 3, 4, 5] }), 5)) throw new Error("no slots");
    const recorder = record(heap);
    recorder.free(recorder.allocate(100));
    const { events } = await readTrace(await writeTraceGzip(recorder.sink.build()));
    if (events !== 2) throw new Error(`${events} events`);

    const own = await WasmAllocator.create({ capacity: 1 << 20, maxCapacity: 1 << 24, module });
    own.free(own.allocate(1 << 22));
    const error = await WasmAllocator.create({ capacity: 1 << 20 }).catch((reason) => reason);
    const isRefused = error instanceof AllocatorError && error.code === "ERR_UNSUPPORTED";
    if (!isRefused || !error.message.includes("option `module`")) throw new Error(`not refused: ${error}`);
    console.log("all of it works");
  },
};
