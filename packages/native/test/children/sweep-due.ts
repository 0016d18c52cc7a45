// Frees memory that would be purged in ten minutes, and has nothing more to do.
import { NativeAllocator } from "../../src/index.ts";

const heap = new NativeAllocator({ capacity: 1 << 24, purgeDelay: 600_000 });
heap.free(heap.allocate(1 << 20));
process.stdout.write("freed\n");
