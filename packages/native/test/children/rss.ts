// Fills a heap of 1 GiB and more with blocks of all sizes, frees them in an order that has nothing to do with where they lie, and
// lets sweeps come until none is due any more, in a time that is made up. What the process itself had in RAM is told, in bytes,
// at the start, the peak and the end.
import { Random } from "@ariax/trace";
import { NativeAllocator, type NativeEngine, systemCalls } from "../../src/index.ts";

const GiB = 2 ** 30;
const PAGE = 4096;
const [engine, kept] = [process.argv[2] as NativeEngine, Number(process.argv[3])];
const random = new Random(1);

/** What timers wait to do: their time is up when `rest` says so. */
const due = new Set<() => void>();
globalThis.setTimeout = ((then: () => void) => {
  const timer = { refresh: () => due.add(then), unref: () => timer };
  timer.refresh();
  return timer;
}) as unknown as typeof setTimeout;
globalThis.clearTimeout = () => due.clear();

const heap = new NativeAllocator({ capacity: 1.5 * GiB, engine });
const memory = new Uint8Array(heap.memory.buffer);
// Offsets, and a run of all the code: so that what follows takes no RAM but the heap's.
const offsets = new Uint32Array(600_000).fill(1);
for (let i = 0; i < 20_000; i++) heap.free(heap.allocate(16 + (i % 30_000)));
let blocks = 0;

/** Makes blocks of sizes from `least` to `most`, mostly short ones, until `bytes` are in use; writes to all their pages. */
function fill(bytes: number, least: number, most: number): void {
  for (let used = 0; used < bytes; ) {
    const size = random.inverseSquare(least, most);
    const offset = heap.allocate(size);
    for (let at = offset; at < offset + size; at += PAGE) memory[at] = 1;
    memory[offset + size - 1] = 1;
    offsets[blocks++] = offset;
    used += size;
  }
}

/** All but one in `kept`, if that is not 0. */
function freeAll(): void {
  for (let i = blocks - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [offsets[i], offsets[j]] = [offsets[j], offsets[i]];
  }
  for (let i = 0; i < blocks; i++) if (kept === 0 || i % kept !== 0) heap.free(offsets[i]);
}

/** Lets all sweeps come that are due, and those that are due behind them. */
function rest(): void {
  for (const then of due) {
    due.delete(then);
    then();
  }
}

const rss = () => process.memoryUsage.rss();

rest(); // what the warm-up has left is purged
const start = rss();
fill(0.25 * GiB, 512, 16_384);
fill(0.25 * GiB, 16_385, 65_536);
fill(0.5 * GiB, 65_537, 8 * 2 ** 20);
const peak = rss();
const calls = systemCalls();
freeAll();
const called = systemCalls() - calls;

rest();
const end = rss();
heap.verify();
const { reserved } = heap.stats();
process.stdout.write(JSON.stringify({ blocks, called, start, peak, end, reserved }));
