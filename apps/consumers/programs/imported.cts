/** CommonJS in TypeScript, for every compiler: modules are imported by a call, types say which kind of module they are of. */
import type { Allocator } from "@ariax/allocator" with { "resolution-mode": "import" };

async function main(): Promise<void> {
  const { view } = await import("@ariax/allocator");
  const { SlabAllocator } = await import("@ariax/slab");
  const heap: Allocator = new SlabAllocator({ capacity: 1 << 20 });
  const offset = heap.allocate(1000);
  const samples: Float32Array = view(heap, offset, Float32Array, 250);
  samples.fill(0.5);
  heap.free(offset);
}
void main();
