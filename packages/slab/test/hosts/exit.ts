/**
 * Is a thread at its end when `watch` says so, however it came to it? Prints for each way what `watch` said, and whether the thread has
 * written anything since: in the time that another thread takes to start and to end.
 */
import process from "node:process";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { SharedSlabAllocator } from "../../src/index.ts";

interface Work {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly ticket: number;
  readonly way: string;
}

const WAYS = ["terminate", "terminate, at rest", "exit 0", "exit 3", "error", "end"];

if (isMainThread) {
  // Lanes of threads of which nothing is known stay held.
  const heap = new SharedSlabAllocator({ capacity: 4 << 20, lanes: 12 });
  const buffer = heap.memory.buffer as SharedArrayBuffer;
  const start = (way: string) => {
    const words = new Int32Array(new SharedArrayBuffer(1024));
    const ticket = heap.ticket();
    const worker = new Worker(new URL(import.meta.url), { workerData: { buffer, words, ticket, way } satisfies Work });
    worker.on("error", () => {});
    const [up, ended] = ["message", "exit"].map((event) => new Promise((resolve) => worker.once(event, resolve)));
    return { words, ticket, worker, up, ended };
  };
  for (const way of WAYS) {
    const said = new Set<string>();
    // Where a busy thread is stopped is by chance.
    for (let turn = way === "terminate" ? 5 : 1; turn > 0; turn--) {
      const { words, ticket, worker, up, ended } = start(way);
      let at: Int32Array | undefined;
      heap.watch(worker, ticket, () => {
        at = words.slice();
      });
      await up;
      if (way.startsWith("terminate")) void worker.terminate();
      await ended;
      const other = start("close");
      await other.up;
      await other.ended;
      if (at === undefined) said.add("nothing");
      else said.add(words.every((word, i) => word === at?.[i]) ? "ended" : "ended, but it goes on");
      // For a host that does not stop it.
      Atomics.store(words, 0, 1);
    }
    console.log(`${way}: ${[...said].join(", ")}`);
  }
  process.exit();
} else {
  const { buffer, words, ticket, way } = workerData as Work;
  const heap = SharedSlabAllocator.attach(buffer, { ticket });
  const work = () => {
    heap.free(heap.allocate(1 + (words[2]++ % 5000)));
    Atomics.add(words, 3 + (words[2] % 100), 1);
  };
  for (let i = 0; i < 1000; i++) work();
  parentPort?.postMessage("up");
  if (way === "terminate") while (Atomics.load(words, 0) === 0) work();
  if (way === "terminate, at rest") parentPort?.on("message", () => {});
  if (way.startsWith("exit")) process.exit(Number(way.slice(5)));
  if (way === "error") throw new Error(way);
  if (way === "close") heap.close();
}
