// A thread that reclaims whoever is dead, and is terminated in the midst of it: in `keep`.
import { parentPort, workerData } from "node:worker_threads";
import { NativeSharedAllocator, Region } from "../../src/index.ts";

const { file, lock, ticket } = workerData;
const heap = NativeSharedAllocator.attach(Region.map({ file }), { ticket, lock });
heap.reclaimDead(lock, {
  keep: () => {
    parentPort!.postMessage("asked");
    for (;;);
  },
});
