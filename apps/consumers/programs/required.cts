/** CommonJS in TypeScript, as far as it may be: what is imported is required, and Node loads ES modules so. */
import { type Allocator, view } from "@ariax/allocator";

import slab = require("@ariax/slab");

const heap: Allocator = new slab.SlabAllocator({ capacity: 1 << 20 });
const offset = heap.allocate(1000);
const samples: Float32Array = view(heap, offset, Float32Array, 250);
samples.fill(0.5);
heap.free(offset);
export = heap;
