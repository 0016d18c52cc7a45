/** Real threads on one heap: each block stamped, and checked when it is freed. What they do is shapes.ts. */
import { expect, test } from "vitest";
import { times } from "../../../../scripts/lib/long.ts";
import { SharedSlabAllocator } from "../../src/index.ts";
import { H_TERRITORY } from "../../src/lanes/layout.ts";
import { CLASS_SIZES, classOf, PAGE_SIZE, SMALL_MAX, slabPages } from "../../src/size-class.ts";
import { CELLS, LOOKS, PRODUCED, RING, RING_WORDS } from "./board.ts";
import { Stamped } from "./stamped.ts";
import { runTeam, type Team, teamOf } from "./team.ts";

const MiB = 2 ** 20;

/** All blocks that the board still has are freed, and then there is none. */
function isEmptied({ heap, ledger }: Team, cells: Int32Array): void {
  const stamped = new Stamped(heap, new Int32Array(ledger), 127);
  for (const offset of cells) if (offset !== 0) stamped.give(offset >>> 0);
  heap.verify();
  expect(heap.stats().blocks).toBe(0);
  // Lanes that nobody holds have yet to collect what was freed there; who needs it gets it. But a territory that is partly control block stays.
  heap.free(heap.allocate(heap.capacity - heap.stats().overhead - (PAGE_SIZE << heap.words[H_TERRITORY])));
  heap.verify();
  heap.park();
  expect(heap.stats()).toMatchObject({ blocks: 0, live: 0, reserved: 0 });
  expect(heap.lateDoubleFrees).toBe(0);
}

const QUIET = { most: 0, late: 0 };

test.each([
  [2, 12, 64 * MiB],
  [16, 16, 2 ** 30],
])("larson: arrays bleed through %i threads, in a heap that grows", async (threads, rounds, maxCapacity) => {
  const heap = new SharedSlabAllocator({ capacity: MiB, maxCapacity, lanes: 31 });
  const team = teamOf(heap, threads, times(rounds, 3 * rounds), threads + threads * CELLS);
  expect(await runTeam(team, "larson")).toEqual(new Array(threads).fill(QUIET));
  heap.verify();
  isEmptied(team, team.board.subarray(threads));
});

test.each([2, 5])("xmalloc: each of %i threads frees what another has made", async (threads) => {
  const heap = new SharedSlabAllocator({ capacity: MiB, maxCapacity: 64 * MiB, lanes: 8 });
  const team = teamOf(heap, threads, times(4000, 12_000), threads * RING_WORDS);
  expect(await runTeam(team, "xmalloc")).toEqual(new Array(threads).fill(QUIET));
  isEmptied(team, new Int32Array(0));
});

test("mstress: blocks migrate, threads end with each round, and others attach", async () => {
  const heap = new SharedSlabAllocator({ capacity: MiB, maxCapacity: 128 * MiB, lanes: 5 });
  const team = teamOf(heap, 4, times(8000, 24_000), CELLS);
  for (let round = 0; round < 4; round++) {
    expect(await runTeam(team, "mstress", round)).toEqual(new Array(4).fill(QUIET));
    heap.verify();
    const inCells = team.board.filter((offset) => offset !== 0);
    expect(heap.stats().blocks).toBe(inCells.length);
  }
  isEmptied(team, team.board);
});

test("producer and consumer: bytes stay flat, however many blocks were made", async () => {
  const heap = new SharedSlabAllocator({ capacity: 16 * MiB, lanes: 3 });
  const rounds = times(40_000, 120_000);
  const team = teamOf(heap, 2, rounds - (rounds % LOOKS), RING_WORDS);
  // Those in the ring and one in each hand live. A slab is made once all blocks of its class live, but for those that a free in this moment
  // is about to announce, and those of one word, behind which they are.
  const inUse = RING + 2 + 32;
  let bound = 0;
  for (const size of PRODUCED) {
    const pages = size > SMALL_MAX ? Math.ceil(size / PAGE_SIZE) : slabPages(size, 0);
    const blocks = size > SMALL_MAX ? 1 : Math.floor((pages * PAGE_SIZE) / CLASS_SIZES[classOf(size)]);
    bound += Math.ceil(inUse / blocks + 1) * pages * PAGE_SIZE;
  }
  const [{ most }] = (await runTeam(team, "producer")) as { most: number }[];
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(bound);
  isEmptied(team, new Int32Array(0));
});
