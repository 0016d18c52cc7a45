/**
 * A program for compilers, old and strict: it imports every entry, so that all their types are looked into, and gives options
 * that are undefined, which `exactOptionalPropertyTypes` allows only where the option says so.
 */
import * as allocator from "@ariax/allocator";
import * as arena from "@ariax/arena";
import * as bitset from "@ariax/bitset";
import * as conformance from "@ariax/conformance";
import * as consciousness from "@ariax/consciousness";
import * as gpu from "@ariax/gpu";
import * as webgpu from "@ariax/gpu/webgpu";
import * as kv from "@ariax/kv-pager";
import * as pagers from "@ariax/kv-pager/conformance";
import * as plan from "@ariax/kv-pager/plan";
import * as context from "@ariax/memory-context";
import * as pool from "@ariax/metadata-pool";
import * as native from "@ariax/native";
import * as slab from "@ariax/slab";
import * as trace from "@ariax/trace";
import * as node from "@ariax/trace/node";
import * as wasm from "@ariax/wasm";

const none = undefined;
export const all = [conformance, pagers, plan, node, bitset.BitSet.byteLength(8)];

export const heap: allocator.Allocator = new slab.SlabAllocator({ capacity: 1 << 20, maxCapacity: none, shared: none });
new slab.SlabAllocator({ buffer: new ArrayBuffer(1 << 20), byteOffset: none, byteLength: none });
void wasm.WasmAllocator.create({ capacity: 1 << 20, maxCapacity: none, shared: none, module: none });
void wasm.SharedWasmAllocator.create({ capacity: 1 << 20, maxCapacity: none, lanes: none, onLateDoubleFree: none });
new arena.FrameArena({ capacity: 1 << 16, frames: none, checked: none });
new arena.TickArena({ frequency: 60, bytesPerTick: 4096, harmonics: none, frames: none, checked: none });
new pool.MetadataPool({ capacity: 10, fields: {}, generationBits: none, shared: none });
new context.MemoryContext(none ?? null, { name: "a", quota: 1 << 18, soft: none, onPressure: none, zero: none });
new consciousness.ConsciousnessStatePool({ poolSize: none, fields: none, shared: none });
new consciousness.MiniVm(null, { vmName: "vm", quota: none, poolSize: none, recording: none, baseline: none });
new gpu.RangeHeap({ bytes: 1 << 20, granule: none, handles: none, blocks: none, shared: none, buffer: none });
export const vertices = (device: webgpu.GpuDevice) =>
  webgpu.vertexPool(new webgpu.FencedQueue(device), { stride: none, label: none });
const pager = new kv.KvPager({ blocks: 16, blockTokens: 4, tiers: none, events: none, policy: none, shared: none });
pager.open({ tokens: [1, 2, 3], tenant: none, salt: none, priority: none, adapter: none, media: none });
if (native.isAvailable()) new native.NativeAllocator({ capacity: 1 << 20, file: none, name: none, engine: none });
if (native.isAvailable()) new native.NativeSharedAllocator({ capacity: 1 << 20, file: none, name: none, lanes: none });
void trace.readTrace(new Uint8Array(8));

/** Neither `any`, where the compiler's typed arrays say nothing of their buffer. */
type Known<T> = 0 extends 1 & T ? never : T;
const samples = allocator.view(heap, heap.allocate(8), Float32Array, 2);
export const known: Known<Float32Array> = samples satisfies Known<typeof samples>;

{
  using block = allocator.scope(heap, 64);
  const floats: Float64Array = block.view(Float64Array);
  floats.fill(1);
}
