/**
 * Unrelated processes on one heap, in terminals: in one `node terminals.mts first`, in others what that prints. These put blocks into slots, the first one takes
 * them out and frees them. Kill one with `kill -9`, wherever it is: the first one notices, and frees what nobody knows any more.
 *
 *     slots   a word each: a block's offset, or 0
 *     block   its length in words, in each of its words
 */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NativeSharedAllocator, Region } from "@ariax/native";

const SLOTS = 64;
const file = join(tmpdir(), "ariax-terminals");
const lock = `${file}.locks`;

const [role, argument] = process.argv.slice(2);
try {
  if (role === "first") first();
  else if (role !== "second" || !/^\d+$/.test(argument ?? ""))
    console.log("node terminals.mts first; then what that prints");
  else if (existsSync(file)) second(Number(argument));
  else console.log("start this before: node terminals.mts first");
} catch (error) {
  if (role !== "first" || (error as { code?: string }).code !== "ERR_TICKET") throw error;
  console.log("another first runs: end it before");
}

function first(): void {
  const heap = new NativeSharedAllocator({ capacity: 2 ** 24, lanes: 8, file, lock });
  const at = heap.allocate(4 * SLOTS);
  const slots = new Int32Array(heap.memory.buffer, at, SLOTS).fill(0);
  console.log(`node terminals.mts second ${at}`);
  setInterval(() => {
    for (let slot = 0; slot < SLOTS; slot++) {
      const offset = Atomics.exchange(slots, slot, 0) >>> 0;
      if (offset === 0) continue;
      const words = new Int32Array(heap.memory.buffer, offset, heap.sizeOf(offset) / 4);
      if (words.subarray(0, words[0]).some((word) => word !== words[0])) throw new Error(`${offset} is broken`);
      heap.free(offset); // another process's block: one atomic instruction
    }
    // Those whose lock the system has taken away. What is in a slot is still known.
    const dead = heap.reclaimDead(lock, { keep: (offset) => slots.includes(offset | 0) });
    for (const [ticket, { lanes, blocks }] of dead) {
      console.log(`ticket ${ticket} is dead: ${lanes} lane was its, ${blocks} blocks stay`);
    }
  }, 100);
}

function second(at: number): void {
  const region = Region.map({ file });
  const heap = NativeSharedAllocator.attach(region, { lock }); // the lock first, then a lane
  const slots = new Int32Array(region.buffer, at, SLOTS);
  console.log(`ticket ${heap.holder}: kill -9 ${process.pid}`);
  for (let i = 1; ; i++) {
    const count = 1 + (i % 300);
    const offset = heap.tryAllocate(4 * count);
    if (offset === 0) continue; // the first one is behind
    new Int32Array(region.buffer, offset, count).fill(count);
    // By this the block is handed over, with what was written before.
    if (Atomics.compareExchange(slots, i % SLOTS, 0, offset | 0) !== 0) heap.free(offset);
  }
}
