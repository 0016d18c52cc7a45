/** Threads that end in other ways than a test's usual ones: each is asked for by its name, and has blocks when it ends. */
import { parentPort, workerData } from "node:worker_threads";
import { SharedSlabAllocator } from "../../src/index.ts";

interface Asked {
  readonly how: string;
  readonly buffer: SharedArrayBuffer;
  readonly ticket: number;
  readonly buffers: readonly SharedArrayBuffer[];
}
const { how, buffer, ticket, buffers } = workerData as Asked;

if (how === "creates") {
  const heap = new SharedSlabAllocator({ capacity: 2 ** 20, lanes: 4 });
  parentPort?.postMessage({ buffer: heap.memory.buffer, blocks: blocksOf(heap), other: heap.ticket() });
} else if (how === "attaches to all") {
  parentPort?.postMessage("begins");
  for (const there of buffers) {
    const heap = attachOnce(there);
    heap.allocate(100);
    heap.verifyLane();
  }
} else if (how === "throws while it loads") {
  throw new Error(how);
} else {
  const heap = SharedSlabAllocator.attach(buffer, { ticket });
  parentPort?.postMessage({ blocks: blocksOf(heap) });
  if (how === "works as it exits") {
    process.on("exit", () => {
      heap.free(heap.allocate(50_000));
      heap.allocate(7000);
      heap.verifyLane();
    });
  }
  if (how === "exits") process.exit(3);
  if (how === "throws") throw new Error(how);
  // Reclaimed though it lives: its next call that is not on the hot path says so.
  if (how === "lives") {
    parentPort?.once("message", () => {
      const said = ["allocate", "free", "park", "verifyLane"].map((name) => {
        try {
          if (name === "allocate") for (let i = 0; i < 1000; i++) heap.allocate(16384);
          else if (name === "free") heap.free(8);
          else if (name === "park") heap.park();
          else heap.verifyLane();
          return "nothing";
        } catch (error) {
          return `${(error as Error).name}: ${(error as Error).message}`;
        }
      });
      parentPort?.postMessage(said);
    });
  }
}

function blocksOf(heap: SharedSlabAllocator): number[] {
  return [24, 500, 3000, 40_000].map((size) => heap.allocate(size));
}

/** Until there is a heap. */
function attachOnce(there: SharedArrayBuffer): SharedSlabAllocator {
  for (;;) {
    try {
      return SharedSlabAllocator.attach(there);
    } catch (error) {
      if ((error as Error).message !== "corrupted: no heap: no magic number at byte 0") throw error;
    }
  }
}
