/**
 * What users of other allocators for threads have reported, tried on this one. Where other tests have it already, they are named:
 *
 *     mimalloc#1364            a thread that only frees, memory grows: shapes.test.ts, "producer and consumer"
 *     mimalloc#1306, #865      asserts on ARM: no such host here; the orders that are relied upon are listed in ../../LANES.md
 *     rpmalloc#280, #281, #282 a freer is stopped between two stores, and its span is used anew: lanes/interleave.test.ts
 *     snmalloc PR#444          an exchange with too weak an order: JavaScript's are all sequentially consistent; C: ThreadSanitizer
 *     rpmalloc#273             a stopped peer holds a lock: @ariax/native's killed.test.ts, by SIGSTOP
 *     emscripten#14907, #13780 a worker is killed in malloc, and all hang: kills.test.ts
 *     emscripten#18675         a worker runs on after terminate(): ends.test.ts, "reclaimed though it lives"; page.test.ts waits for a proof
 *     iceoryx#325, #1546, #2193, #2260, iceoryx2#578, #601
 *                              kill -9, and a pid that is used again: @ariax/native's killed.test.ts; names here are tickets, which are not
 *     node#28773, #28777, bun#41022
 *                              a worker ends while it loads, or its memory outlives it: ends.test.ts
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { times } from "../../../../scripts/lib/long.ts";
import { SharedSlabAllocator } from "../../src/index.ts";
import { H_TOKEN, laneAt, MOST_TICKETS } from "../../src/lanes/layout.ts";
import { H_PAGES } from "../../src/layout.ts";
import { PAGE_SIZE } from "../../src/size-class.ts";
import { fill, thrownBy } from "../heaps.ts";
import { bundled } from "./team.ts";

const KiB = 2 ** 10;
const MiB = 2 ** 20;
/** Bytes of a territory, of a heap of up to 4 MiB. */
const TERRITORY = 32 * KiB;

const attach = (heap: SharedSlabAllocator) => SharedSlabAllocator.attach(heap.memory.buffer);

function pair(capacity: number, maxCapacity = capacity): [SharedSlabAllocator, SharedSlabAllocator] {
  const heap = new SharedSlabAllocator({ capacity, maxCapacity, lanes: 3 });
  return [heap, attach(heap)];
}

test("mimalloc#1117, #221: large blocks that others free are used again, also for small ones, and by others", () => {
  const [owner, other] = pair(4 * MiB);
  for (let i = 0; i < 50; i++) other.free(owner.allocate(MiB));
  expect(owner.stats().reserved).toBeLessThanOrEqual(3 * MiB);
  const small = fill(owner, 1000);
  expect(small.length).toBeGreaterThan(3500);
  for (const block of small) other.free(block);
  expect(other.tryAllocate(2 * MiB)).toBe(0);
  // The owner hears that there is no room with its next call that needs a page.
  owner.free(owner.allocate(5000));
  expect(other.tryAllocate(2 * MiB)).not.toBe(0);
  owner.verify();
});

describe("mimalloc#214: a thread that has allocated all goes to sleep, and others free all of it", () => {
  test("those have the room, once it has parked", () => {
    const [sleeper, other] = pair(MiB);
    const blocks = fill(sleeper, 3000);
    sleeper.park();
    for (const block of blocks) other.free(block);
    expect(fill(other, 3000).length).toBeGreaterThanOrEqual(blocks.length - (2 * TERRITORY) / 3000);
    other.verify();
  });

  test("or else, once it does something", () => {
    const [sleeper, other] = pair(MiB);
    const blocks = fill(sleeper, 3000);
    for (const block of blocks) other.free(block);
    expect(other.tryAllocate(MiB / 2)).toBe(0);
    sleeper.free(sleeper.allocate(8));
    expect(other.tryAllocate(MiB / 2)).not.toBe(0);
    other.verify();
  });
});

test("mimalloc#1034, #1055: thousands of short-lived threads: lanes and memory stay bounded", () => {
  const heap = new SharedSlabAllocator({ capacity: MiB, lanes: 4 });
  let most = 0;
  for (let i = 0; i < times(2000, 10_000); i++) {
    const thread = attach(heap);
    const [kept, freed] = [thread.allocate(100 + (i % 5000)), thread.allocate(300)];
    thread.free(freed);
    thread.close();
    heap.free(kept);
    if (i % 100 === 99) most = Math.max(most, heap.stats().reserved);
  }
  expect(most).toBeLessThanOrEqual(4 * TERRITORY);
  expect(heap.stats().blocks).toBe(0);
  heap.verify();
});

describe("mimalloc#177, #190, #1304: a thread's first call is of a block that another has made", () => {
  test.each(["free", "reallocate", "resize", "sizeOf"] as const)("%s", (call) => {
    for (const size of [8, 600, 9000, 100_000]) {
      const [heap, other] = pair(MiB);
      const block = heap.allocate(size);
      new Uint8Array(heap.memory.buffer)[block] = 77;
      if (call === "free") other.free(block);
      if (call === "resize") expect(other.resize(block, 4 * size)).toBe(false);
      if (call === "sizeOf") expect(other.sizeOf(block)).toBe(heap.sizeOf(block));
      if (call === "reallocate") {
        const moved = other.reallocate(block, 4 * size);
        expect(new Uint8Array(heap.memory.buffer)[moved]).toBe(77);
        expect(thrownBy(() => heap.free(block))).toMatch(/^ERR_DOUBLE_FREE/);
      }
      expect(heap.stats().blocks).toBe(call === "free" ? 0 : 1);
      heap.verify();
    }
  });
});

test("rpmalloc PR#221: a thread that allocates only large blocks gets what others have freed of its small ones", () => {
  const [owner, other] = pair(MiB);
  for (const block of fill(owner, 100)) other.free(block);
  expect(owner.tryAllocate(MiB / 2)).not.toBe(0);
  owner.verify();
});

describe("snmalloc#161, #809: a thread's end", () => {
  test("allocates and frees in its 'exit' handler", async () => {
    const heap = new SharedSlabAllocator({ capacity: MiB, lanes: 3 });
    const ticket = heap.ticket();
    const workerData = { how: "works as it exits", buffer: heap.memory.buffer, ticket };
    const worker = new Worker(await bundled("ends.ts"), { eval: true, workerData });
    const lost = new Promise((resolve) => heap.watch(worker, ticket, resolve));
    const [{ blocks }] = await once(worker, "message");
    // Its four, and of another class, which it has allocated and not freed.
    expect(await lost).toEqual({ lanes: 1, pages: 15, blocks: 5, inFlight: 0 });
    for (const block of blocks) heap.free(block);
    expect(heap.stats().blocks).toBe(1);
    heap.verify();
  });

  test("has all that others freed yet to collect", () => {
    const heap = new SharedSlabAllocator({ capacity: MiB, maxCapacity: 128 * MiB, lanes: 3 });
    const other = attach(heap);
    const out = new Int32Array(times(100_000, 1_000_000));
    expect(other.allocateMany(64, out)).toBe(out.length);
    for (const block of out) heap.free(block);
    other.close();
    expect(heap.stats()).toMatchObject({ blocks: 0, reserved: 0 });
    heap.verify();
  });
});

test("jemalloc#1497, #2757: many idle threads hold no more after a burst than it needed, and once they have parked, nothing", () => {
  const lanes = 63;
  const heap = new SharedSlabAllocator({ capacity: 128 * MiB, lanes });
  const idle = Array.from({ length: lanes - 1 }, () => attach(heap));
  const held = (i: number) => heap.words[laneAt(heap.words, i) + H_PAGES] * PAGE_SIZE;
  for (const [i, thread] of idle.entries()) {
    const blocks = Array.from({ length: 200 }, (_, k) => thread.allocate(100 + 37 * k));
    const needed = held(i + 1);
    for (const block of blocks) thread.free(block);
    expect(held(i + 1)).toBeLessThanOrEqual(needed);
  }
  for (const thread of idle) thread.park();
  const { committed, overhead } = heap.stats();
  // But for a territory that is partly control block.
  expect(heap.stats().largestFree).toBeGreaterThan(committed - overhead - 128 * KiB);
});

describe("emscripten#8287, proposal-resizablearraybuffer#39, WebAssembly/threads#248: memory that another thread has made longer", () => {
  test.each(["buffer", "memory"] as const)("a block beyond what was there when a thread attached, in a %s", (kind) => {
    const memory = new WebAssembly.Memory({ initial: 32, maximum: 512, shared: true });
    const heap =
      kind === "memory"
        ? new SharedSlabAllocator({ memory, byteLength: 32 * MiB, lanes: 3 })
        : new SharedSlabAllocator({ capacity: 2 * MiB, maxCapacity: 32 * MiB, lanes: 3 });
    const other = SharedSlabAllocator.attach(kind === "memory" ? memory : heap.memory.buffer);
    const old = heap.memory.buffer.byteLength;
    heap.allocate(MiB);
    const large = heap.allocate(5 * MiB);
    const small = Math.max(...fill(heap, 500));
    expect(Math.min(large + 5 * MiB, small)).toBeGreaterThan(old);
    new Uint8Array(heap.memory.buffer).fill(9, small, small + 500);
    expect(other.sizeOf(small)).toBe(heap.sizeOf(small));
    other.free(large);
    heap.park();
    const moved = other.reallocate(small, 4000);
    expect(new Uint8Array(other.memory.buffer, moved, 500).every((byte) => byte === 9)).toBe(true);
    other.verify();
  });

  test("a thread that could not see it is refused: it would get offsets where it has no bytes", () => {
    const memory = new WebAssembly.Memory({ initial: 32, maximum: 512, shared: true });
    const heap = new SharedSlabAllocator({ memory, byteLength: 32 * MiB, lanes: 3 });
    expect(thrownBy(() => SharedSlabAllocator.attach(memory.buffer))).toBe(
      `ERR_INVALID_ARGUMENT: invalid buffer: it ends at byte ${2 * MiB}, the heap may grow to ${32 * MiB}; attach by its WebAssembly.Memory`,
    );
    heap.verify();
  });
});

test("wasi-libc PR#410, wasm-bindgen-rayon#10: threads attach to heaps that are still being made", async () => {
  const buffers = Array.from({ length: 50 }, () => new SharedArrayBuffer(256 * KiB));
  const workerData = { how: "attaches to all", buffers };
  const code = await bundled("ends.ts");
  const workers = [1, 2].map(() => new Worker(code, { eval: true, workerData }));
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const ends = workers.map((worker) => once(worker, "exit"));
  const heaps = buffers.map((buffer) => new SharedSlabAllocator({ buffer, lanes: 3 }));
  expect(await Promise.all(ends)).toEqual([[0], [0]]);
  for (const heap of heaps) {
    heap.verify();
    expect(heap.stats().blocks).toBe(2);
  }
});

describe("LRMalloc, Ralloc: more threads than a tag has room for", () => {
  test.each([
    [4 * MiB, 63],
    [MiB * 1024 - 1, 63],
    [MiB * 1024, 31],
    [MiB * 2048, 15],
  ])("in %i bytes, as many lanes as can be", (maxCapacity, lanes) => {
    const capacity = Math.min(maxCapacity, MiB);
    const heap = new SharedSlabAllocator({ capacity, maxCapacity, lanes });
    const threads = Array.from({ length: lanes - 1 }, () => attach(heap));
    expect(thrownBy(() => attach(heap))).toMatch(/^ERR_NO_LANE/);
    const blocks = threads.map((thread) => thread.allocate(100));
    expect(new Set(blocks).size).toBe(lanes - 1);
    for (const [i, block] of blocks.entries()) threads[(i + 1) % threads.length].free(block);
    heap.verify();
    expect(heap.stats().blocks).toBe(0);
    expect(thrownBy(() => new SharedSlabAllocator({ capacity, maxCapacity, lanes: lanes + 1 }))).toMatch(
      /^ERR_INVALID_ARGUMENT: invalid lanes/,
    );
  });

  test("tickets come to an end, and never again", () => {
    const heap = new SharedSlabAllocator({ capacity: MiB, lanes: 3 });
    heap.words[H_TOKEN] = MOST_TICKETS - 1;
    const ticket = heap.ticket();
    expect(ticket).toBe(MOST_TICKETS);
    const last = SharedSlabAllocator.attach(heap.memory.buffer, { ticket });
    const block = last.allocate(100);
    const none = `ERR_TICKET: ticket: all ${MOST_TICKETS} tickets of the heap are drawn`;
    expect([thrownBy(() => heap.ticket()), thrownBy(() => attach(heap))]).toEqual([none, none]);
    last.park();
    last.free(block);
    expect(heap.reclaim(ticket)).toMatchObject({ lanes: 1, blocks: 0 });
    heap.verify();
  });
});

test("node PR#62032: moved within shared memory, blocks of 4 KiB to 1 MiB keep every byte", () => {
  // That it is copied by copyWithin, and not by set, which is slow there, is for the bench to show: no test looks at a clock.
  const [heap, other] = pair(8 * MiB);
  const bytes = new Uint8Array(heap.memory.buffer);
  for (let size = 4 * KiB; size <= MiB; size *= 4) {
    const block = heap.allocate(size);
    for (let i = 0; i < size; i++) bytes[block + i] = i ^ (i >>> 8);
    // A large block of another lane always moves.
    const moved = other.reallocate(block, 2 * size);
    expect(moved).not.toBe(block);
    expect(bytes.subarray(moved, moved + size).every((byte, i) => byte === ((i ^ (i >>> 8)) & 255))).toBe(true);
  }
  heap.verify();
});
