// Threads and processes that end while a region is there, in the ways in which that has gone wrong.
import { markAsUntransferable, parentPort, Worker, workerData } from "node:worker_threads";
import { NativeAllocator, Region } from "../../src/index.ts";

const BYTES = 65_536;

/** A region whose buffer nobody can detach any more. */
function marked(): Region {
  const region = Region.map({ bytes: BYTES });
  markAsUntransferable(region.buffer);
  return region;
}

const ways: Record<string, () => unknown> = {
  mark: () => void marked(),
  "mark, and unmap": () => {
    const heap = new NativeAllocator({ capacity: BYTES });
    markAsUntransferable(heap.memory.buffer as ArrayBuffer);
    try {
      heap.unmap();
    } catch (error) {
      process.stdout.write((error as { code: string }).code);
    }
  },
  "mark, in a thread": () => thread("mark"),
  "mark, in a thread that is terminated": () => thread("wait"),
  wait: () => {
    const { buffer } = marked();
    parentPort!.on("message", () => buffer);
    parentPort!.postMessage("ready");
  },
  // The memory is moved to this thread, and the one that has mapped it ends.
  "move, from a thread": () => thread("move"),
  move: () => {
    const region = Region.map({ bytes: BYTES });
    new Uint8Array(region.buffer).fill(7);
    const moved = (region.buffer as ArrayBuffer & { transfer(): ArrayBuffer }).transfer();
    parentPort!.postMessage(moved, [moved]);
  },
};

function thread(way: string): void {
  const worker = new Worker(new URL(import.meta.url), { workerData: way });
  let moved: Uint8Array | undefined;
  worker.on("message", (message) => {
    if (message === "ready") void worker.terminate();
    else moved = new Uint8Array(message as ArrayBuffer);
  });
  worker.on("exit", () => process.stdout.write(String(moved === undefined ? "ended" : moved[BYTES - 1])));
}

ways[(workerData as string | null) ?? process.argv[2]]();
