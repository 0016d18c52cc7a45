// A thread with a lane of its process's heap, which holds a lock of its own, and is busy until it is terminated.
import { parentPort, workerData } from "node:worker_threads";
import { NativeSharedAllocator, Region } from "../../src/index.ts";

const { file, lock, ticket } = workerData;
const heap = NativeSharedAllocator.attach(Region.map({ file }), { ticket, lock });
heap.allocate(1000);
parentPort!.postMessage("attached");
for (;;) heap.free(heap.allocate(100));
