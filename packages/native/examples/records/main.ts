/**
 * A heap that two addons and JavaScript share. records.c is an addon of somebody else: it gets `heap.handle`, and allocates from and
 * frees into the same heap, by the functions of the addon that is loaded already.
 *
 *     node packages/native/examples/records/main.ts
 */
import { createRequire } from "node:module";
import { formatStats } from "@ariax/allocator";
import { type HeapHandle, NativeAllocator } from "@ariax/native";
import { build } from "../../src/build.ts";

/** What records.c exports. An offset is a block's, in the heap of the handle. */
interface Records {
  fill(heap: HeapHandle, offset: number): number;
  above(heap: HeapHandle, offset: number, count: number, least: number): number;
  drop(heap: HeapHandle, offset: number): string;
}

// An addon of your own is built by its own means: it needs Node's headers, and the folder `HEADERS` of @ariax/native.
const built = build({ folder: import.meta.dirname });
if (!built.built) {
  console.log(`not built: ${built.why}`);
  process.exit();
}
const records = createRequire(import.meta.url)(built.path) as Records;

const BYTES = 16; // of a record: id and day, two 32-bit numbers, then a double
const heap = new NativeAllocator({ capacity: 1 << 24 });
const view = () => new DataView(heap.memory.buffer);

// JavaScript allocates, C fills.
const all = heap.allocate(100_000 * BYTES);
const count = records.fill(heap.handle, all);
const last = all + (count - 1) * BYTES;
console.log(
  `${count} records; the last is of day ${view().getUint32(last + 4, true)}: ${view().getFloat64(last + 8, true)}`,
);

// C allocates, JavaScript reads and frees.
const high = records.above(heap.handle, all, count, 99.5);
const found = Number(view().getBigUint64(high, true));
const values = Array.from({ length: 4 }, (_, i) => view().getFloat64(high + 8 + i * BYTES + 8, true));
console.log(`${found} are above 99.5: ${values.join(", ")} …\n`);
console.log(formatStats(heap.stats()));
heap.free(high);
console.log();

// What one side has freed, the other can't free again.
console.log(`C frees the records: ${records.drop(heap.handle, all)}, and again: ${records.drop(heap.handle, all)}`);
try {
  heap.free(all);
} catch (error) {
  console.log(`JavaScript: ${(error as Error).message}`);
}
heap.verify(); // every invariant of a heap that both have changed
console.log(`${heap.stats().blocks} blocks are live`);

// Memory that is gone is an error on the other side, too.
const { handle } = heap;
heap.unmap();
try {
  records.fill(handle, all);
} catch (error) {
  console.log(`C: ${(error as Error).message}`);
}
