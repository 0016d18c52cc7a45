/** Threads of C, and workers of JavaScript with either engine, at once on one heap; each block is stamped, and checked by who frees it. */
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { SharedSlabAllocator } from "@ariax/slab";
import { expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { Board, takeOff } from "../../wasm/test/board.ts";
import { build } from "../src/build.ts";
import { isAvailable, type LanesHandle, NativeSharedAllocator, Region, whyUnavailable } from "../src/index.ts";
import type { LaneJob } from "./children/lane.ts";
import { MiB } from "./heaps.ts";
import { describeUnless } from "./native.ts";

const folder = fileURLToPath(new URL("threads", import.meta.url));
const built = process.platform === "win32" ? { built: false as const, why: "no pthreads" } : build({ folder });
const why = built.built ? (isAvailable() ? undefined : whyUnavailable()) : built.why;

interface Threads {
  start(
    heap: LanesHandle,
    board: Int32Array,
    tickets: Int32Array,
    rounds: number,
    threads: number,
    leaves: boolean,
  ): void;
  join(): number;
}

const rounds = times(4000, 12_000);

/** Nothing is left but what lies on the board. */
function clear(heap: SharedSlabAllocator, board: Board): void {
  for (const offset of board.offsets) takeOff(heap, offset);
  heap.verify();
  expect(heap.stats().blocks).toBe(0);
}

describeUnless(why, "threads of C", () => {
  const threads = built.built ? (createRequire(import.meta.url)(built.path) as Threads) : (undefined as never);

  test.each([
    ["alone", []],
    ["with a worker whose engine is C", ["c"]],
    ["with one of each engine", ["c", "typescript"]],
  ] as const)("%s, in memory that has a name", async (_, engines) => {
    const name = `ariax-lanes-${process.pid}-${engines.length}`;
    Region.unlink(name);
    const heap = new NativeSharedAllocator({ capacity: 8 * MiB, lanes: 6, name });
    try {
      await together(heap, name, engines);
    } finally {
      Region.unlink(name);
    }
    heap.unmap();
  });

  test("with a worker of each engine, in a SharedArrayBuffer", async () => {
    const maker = new SharedSlabAllocator({ capacity: 8 * MiB, lanes: 6 });
    const buffer = maker.memory.buffer as SharedArrayBuffer;
    maker.close();
    await together(NativeSharedAllocator.attach(buffer), buffer, ["c", "typescript"]);
  });

  /** Two of C, and a worker for each engine; and this thread, which waits at the gate only. */
  async function together(
    heap: NativeSharedAllocator,
    where: LaneJob["where"],
    engines: readonly LaneJob["engine"][],
  ): Promise<void> {
    const board = new Board();
    const all = 3 + engines.length;
    const workers = engines.map((engine) => {
      const job: LaneJob = { where, engine, ticket: heap.ticket(), board: board.buffer, threads: all, rounds };
      return new Worker(new URL("children/lane.ts", import.meta.url), { workerData: job });
    });
    const tickets = Int32Array.of(heap.ticket(), heap.ticket());
    threads.start(heap.handle, new Int32Array(board.buffer), tickets, rounds, all, false);
    const done = workers.map(async (worker) => {
      let last: unknown;
      worker.on("message", (message) => (last = message));
      await once(worker, "exit");
      return last;
    });
    await Promise.all(workers.map((worker) => once(worker, "message")));
    board.arrive(all);
    const made = await Promise.all(done);
    expect(threads.join()).toBeGreaterThan(rounds);
    for (const count of made) expect(count).toBeGreaterThan(rounds / 2);
    clear(heap, board);
    expect(heap.lateDoubleFrees).toBe(0);
  }

  test("that end without a word are joined, and what they held is reclaimed", () => {
    using heap = new NativeSharedAllocator({ capacity: 8 * MiB, lanes: 3 });
    const board = new Board();
    for (let i = 0; i < 3; i++) {
      const tickets = Int32Array.of(heap.ticket(), heap.ticket());
      threads.start(heap.handle, new Int32Array(board.buffer), tickets, 1000, 2, true);
      threads.join();
      let blocks = 0;
      for (const ticket of tickets) {
        const lost = heap.reclaim(ticket);
        expect(lost.lanes).toBe(1);
        blocks += lost.blocks;
        expect(heap.reclaim(ticket).lanes).toBe(0);
      }
      expect(blocks).toBeGreaterThan(0);
      heap.verify();
    }
    clear(heap, board);
  });

  test("are not started on what is no handle, or whose memory is gone", () => {
    const board = new Int32Array(new Board().buffer);
    const start = (handle: unknown) => threads.start(handle as LanesHandle, board, Int32Array.of(1), 1, 1, false);
    const heap = new NativeSharedAllocator({ capacity: MiB });
    const { handle } = heap;
    heap.unmap();
    const gone = "no heap with lanes: not a handle, or its memory is gone";
    for (const none of [undefined, {}, 7, heap, handle]) expect(() => start(none)).toThrow(gone);
  });
});
