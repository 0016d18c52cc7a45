/** Threads with a lane each, of the engine in WebAssembly and of that in TypeScript, at once on one heap. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { View } from "@ariax/allocator";
import type { Lost, SharedSlabAllocator } from "@ariax/slab";
import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { SharedWasmAllocator } from "../src/index.ts";
import { attach, Board, type Job, takeOff } from "./board.ts";
import { PAGE, random } from "./heaps.ts";

type Engine = Job["engine"];

/** Double frees that any lane has found late. */
function lateOnes({ words: w }: SharedSlabAllocator): number {
  let late = 0;
  for (let i = 0; i < w[4 /* H_LANES */]; i++)
    late += w[w[15 /* H_FIRST_LANE */] + i * w[23 /* H_STRIDE */] + 25 /* H_LATE */];
  return late;
}

function start(script: string, data: object): Worker {
  return new Worker(new URL(script, import.meta.url), { workerData: data });
}

/** What a thread says last, once it has ended; rejects with what it throws. */
async function lastOf<T>(thread: Worker): Promise<T> {
  let last: T | undefined;
  thread.on("message", (message) => (last = message));
  await once(thread, "exit");
  return last as T;
}

/** All that is left on the board is freed, and nothing is left in the heap. */
function clear(heap: SharedSlabAllocator, board: Board, left = 0): void {
  for (const offset of board.offsets) takeOff(heap, offset);
  heap.verify();
  expect(heap.stats().blocks).toBeLessThanOrEqual(left);
  expect(lateOnes(heap)).toBe(0);
}

describe.each<[string, Engine[]]>([
  ["two of WebAssembly", ["wasm", "wasm"]],
  ["one of each engine", ["wasm", "typescript"]],
  ["two of each engine", ["wasm", "typescript", "wasm", "typescript"]],
])("threads: %s", (_, engines) => {
  test.each([
    ["in memory of one size", { capacity: 64 * PAGE }],
    ["in memory that any of them makes longer", { capacity: PAGE, maxCapacity: 256 * PAGE }],
  ])("swap blocks %s, each stamped and checked", async (_, options) => {
    const heap = SharedWasmAllocator.createSync({ ...options, lanes: 5 });
    const board = new Board();
    const rounds = times(3000, 9000);
    const threads = engines.map((engine) => {
      const ticket = heap.ticket();
      const common = { memory: heap.memory, board: board.buffer, threads: engines.length, rounds };
      return start("lanes-worker.ts", { ...common, engine, ticket } satisfies Job);
    });
    const ended = await Promise.all(threads.map(lastOf<number>));
    // Most found room; where all of it was on the board, not all.
    for (const made of ended) expect(made).toBeGreaterThan(rounds / 2);
    clear(heap, board);
    expect(heap.memory.buffer.byteLength > PAGE).toBe(true);
  });
});

test("four threads make the memory longer at once, and each finds room until none is left", async () => {
  const heap = SharedWasmAllocator.createSync({ capacity: PAGE, maxCapacity: 512 * PAGE, lanes: 5 });
  const board = new Board();
  const engines: Engine[] = ["wasm", "wasm", "wasm", "typescript"];
  const threads = engines.map((engine) => {
    const common = { memory: heap.memory, board: board.buffer, threads: engines.length, rounds: 50 };
    return start("grow-worker.ts", { ...common, engine, ticket: heap.ticket() } satisfies Job);
  });
  const offsets = (await Promise.all(threads.map(lastOf<number[]>))).flat();
  expect(new Set(offsets).size).toBe(200);
  expect(heap.stats().blocks).toBe(200);
  // Each is as it was written: none lies over another.
  for (const offset of offsets) takeOff(heap, offset);
  clear(heap, board);
});

test.each<[Engine, Engine]>([
  ["wasm", "wasm"],
  ["wasm", "typescript"],
  ["typescript", "wasm"],
])("a thread of %s is killed anywhere, and one of %s repairs its lane", async (engine, by) => {
  const first = SharedWasmAllocator.createSync({ capacity: PAGE, maxCapacity: 256 * PAGE, lanes: 3 });
  const heap = by === "wasm" ? first : attach({ memory: first.memory, engine: by, ticket: first.ticket() });
  const board = new Board();
  const next = random(7);
  const kills = times(6, 12);
  for (let kill = 0; kill < kills; kill++) {
    const ticket = heap.ticket();
    const common = { memory: first.memory, board: board.buffer, threads: 1, rounds: 1e9 };
    const thread = start("lanes-worker.ts", { ...common, engine, ticket } satisfies Job);
    await once(thread, "message");
    board.waitFor(1 + next(3000));
    const lost = new Promise<Lost>((resolve) => heap.watch(thread, ticket, resolve));
    void thread.terminate();
    const { lanes, blocks } = await lost;
    // It may have parked its lane just now.
    expect(lanes).toBeLessThanOrEqual(1);
    // Those on the board, and what each that was killed had in its hands.
    expect(blocks).toBeLessThanOrEqual(Board.SLOTS + 2 * (kill + 1));
    heap.verify();
  }
  // Of what each had in its hands: a block it had taken, not yet put on the board; and one it had taken off, not yet freed.
  clear(heap, board, 2 * kills);
});

test.each<Engine>(["wasm", "typescript"])(
  "a thread of %s finds blocks beyond the end of its old views",
  async (engine) => {
    const heap = SharedWasmAllocator.createSync({ capacity: PAGE, maxCapacity: 256 * PAGE, lanes: 2 });
    const board = new Board();
    const thread = start("stale-worker.ts", {
      ...{ memory: heap.memory, board: board.buffer, threads: 2, rounds: 5 },
      ...{ engine, ticket: heap.ticket() },
    } satisfies Job);
    await once(thread, "message");
    const told = lastOf<number[]>(thread);
    // From here on the thread is in one run, and sees no event: what it learns of the memory, it learns by itself.
    for (let round = 1; round <= 5; round++) {
      const { byteLength } = heap.memory.buffer;
      let offset = 0;
      while (heap.memory.buffer.byteLength === byteLength || offset < byteLength) offset = heap.allocate(4 * PAGE);
      new View(heap, offset, Int32Array, 1).array[0] = round;
      board.hand(offset);
    }
    expect(await told).toEqual([1, 2, 3, 4, 5]);
    heap.reset();
    heap.verify();
  },
);
