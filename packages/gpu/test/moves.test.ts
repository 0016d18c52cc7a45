import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { type Handle, type Move, RangeHeap } from "../src/index.ts";
import { random } from "./walk.ts";

const KIB = 1024;

/** Carries out all moves there are, in steps; how many bytes were moved. */
function settle(heap: RangeHeap, step: number, wanted?: number): number {
  let moved = 0;
  for (let calls = 0; ; calls++) {
    const moves = heap.moves(step, wanted);
    if (moves.length === 0) return moved;
    expect(moves.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(step);
    for (const move of moves) {
      moved += move.size;
      heap.commit(move);
    }
    expect(calls, "it ends").toBeLessThan(20_000);
  }
}

/** Full of blocks of these sizes, of which those that `isLost` are freed then. */
function holed(
  heap: RangeHeap,
  size: (i: number) => number,
  isLost: (i: number) => boolean,
  align = (_: number) => 256,
) {
  const handles: Handle[] = [];
  for (let i = 0; ; i++) {
    const h = heap.tryAllocate(size(i), align(i));
    if (h === 0) break;
    handles.push(h);
  }
  handles.forEach((h, i) => void (isLost(i) && heap.free(h)));
  return handles.filter((_, i) => !isLost(i));
}

test("the highest block comes first, into the lowest gap that it fits in", () => {
  const heap = new RangeHeap({ bytes: 10 * KIB });
  const sizes = [2 * KIB, 512, KIB, 512, 3 * KIB, 768];
  const [a, , c, , , f] = sizes.map((size) => heap.allocate(size));
  heap.free(a!);
  heap.free(c!);
  expect(heap.moves(1000)).toEqual([{ id: 1, handle: f, from: 7 * KIB, to: 0, size: 768 }]);
});

test("no step has more bytes than were asked for, and none is for nothing", () => {
  const heap = new RangeHeap({ bytes: 64 * KIB });
  holed(
    heap,
    () => 1024,
    (i) => i % 2 === 0,
  );
  expect(heap.moves(0)).toEqual([]);
  expect(heap.moves(1023)).toEqual([]);
  expect(heap.moves(5 * 1024 + 800)).toHaveLength(5);
});

describe("what is free comes together", () => {
  const CASES: Record<string, [size: (next: (n: number) => number) => number, lost: number, align: number]> = {
    "blocks of all sizes": [(next) => Math.ceil(2 ** (8 + next(9_000) / 1000)), 2, 1],
    "small blocks, few gaps": [(next) => 256 * (1 + next(5)), 10, 1],
    "aligned blocks": [(next) => 256 * (1 + next(60)), 3, 6],
  };
  test.each(Object.entries(CASES))("%s", (_, [size, lost, align]) => {
    for (let seed = 1; seed <= times(4, 40); seed++) {
      for (const step of [2 ** 40, 256 * KIB]) {
        const next = random(seed);
        const heap = new RangeHeap({ bytes: 2 ** 22, handles: "table" });
        holed(
          heap,
          () => size(next),
          () => next(lost) === 0,
          () => 256 * 2 ** next(align),
        );
        const { live } = heap.stats();
        const moved = settle(heap, step);
        heap.verify();
        const stats = heap.stats();
        expect(stats.live).toBe(live);
        // Gaps in front of aligned blocks can't be helped.
        expect(stats.fragmentation).toBeLessThan(align === 1 ? 0.125 : 0.3);
        expect(moved).toBeLessThan(3 * live);
        settle(heap, step, heap.capacity);
        expect(heap.stats().fragmentation).toBeLessThan(align === 1 ? 0.01 : 0.3);
      }
    }
  });

  test("where no block fits any gap, blocks go up first", () => {
    const heap = new RangeHeap({ bytes: 2 ** 22, handles: "table" });
    const kept = holed(
      heap,
      (i) => 256 * (i % 2 === 0 ? 100 : 50),
      (i) => i % 2 === 1,
    );
    expect(heap.moves(), "nor is there any above").toEqual([]);
    heap.free(kept.pop()!);
    const [first] = heap.moves(25_600);
    expect(first).toMatchObject({ handle: kept[1], from: 256 * 150 });
    expect(first.to).toBeGreaterThan(first.from);
    heap.commit(first);
    expect(heap.moves(25_600)).toMatchObject([{ handle: kept[1], to: 25_600 }]);
    heap.reset();
  });

  test("such a heap becomes one gap", () => {
    const heap = new RangeHeap({ bytes: 2 ** 22, handles: "table" });
    const kept = holed(
      heap,
      (i) => 256 * (i % 2 === 0 ? 100 : 50),
      (i) => i % 2 === 1,
    );
    heap.free(kept.pop()!);
    settle(heap, 256 * KIB, heap.capacity);
    expect(heap.stats().fragmentation).toBe(0);
  });
});

test("no more than is wanted", () => {
  const heap = new RangeHeap({ bytes: 2 ** 20 });
  holed(
    heap,
    () => 1024,
    (i) => i % 2 === 0,
  );
  const moved = settle(heap, 4096, 30_000);
  expect(heap.stats().largestFree).toBeGreaterThanOrEqual(30_000);
  expect(moved).toBeLessThanOrEqual(17 * 1024);
  heap.allocate(30_000);
});

describe("while a move is under way", () => {
  const begin = (handles: "offset" | "table"): [RangeHeap, Handle, Move] => {
    const heap = new RangeHeap({ bytes: 16 * KIB, handles });
    const [a, , h] = [heap.allocate(KIB), heap.allocate(KIB), heap.allocate(KIB)];
    heap.free(a);
    const [move] = heap.moves();
    expect(move).toEqual({ id: 1, handle: h, from: 2048, to: 0, size: 1024 });
    return [heap, h, move];
  };

  test("nobody gets source or target", () => {
    const [heap] = begin("offset");
    expect(heap.stats()).toMatchObject({ blocks: 2, live: 2048, moves: 1, movingBytes: 1024, reserved: 3072 });
    expect(heap.offsetOf(heap.allocate(256))).toBe(3072);
    expect(() => heap.free(1 as Handle)).toThrow("double free: the block at offset 0 is free already");
    expect(heap.moves()).toEqual([]);
    heap.verify();
  });

  test("commit: an offset handle is another, a name the same", () => {
    const [heap, h, move] = begin("offset");
    const now = heap.commit(move);
    expect([now, heap.offsetOf(now), heap.isLive(h)]).toEqual([1, 0, false]);
    expect(() => heap.free(h)).toThrow("double free: the block at offset 2048 is free already");
    expect(heap.stats()).toMatchObject({ blocks: 2, live: 2048, moves: 0, reserved: 2048 });
    const [other, name, its] = begin("table");
    expect([other.commit(its), other.offsetOf(name)]).toEqual([name, 0]);
    heap.verify();
    other.verify();
  });

  test("commit with a fence: the old place waits", () => {
    const [heap, , move] = begin("table");
    heap.reach(4);
    heap.commit(move, 6);
    expect(heap.stats()).toMatchObject({ blocks: 2, deferredBlocks: 1, deferredBytes: 1024, free: 13 * KIB });
    heap.verify();
    expect(heap.reach(6)).toBe(1);
    expect(heap.stats().free).toBe(14 * KIB);
    const [other, , its] = begin("offset");
    other.reach(6);
    other.commit(its, 6);
    expect(other.stats().free).toBe(14 * KIB);
  });

  test("drop: as if it had not been", () => {
    const [heap, h, move] = begin("offset");
    heap.drop(move);
    expect([heap.isLive(h), heap.offsetOf(h)]).toEqual([true, 2048]);
    expect(heap.stats()).toMatchObject({ blocks: 2, moves: 0, free: 14 * KIB });
    expect(heap.moves()).toEqual([{ ...move, id: 2 }]);
  });

  test("a move that is over, or none, is refused", () => {
    const [heap, h, move] = begin("table");
    const text = /^invalid move: .* of the block of handle .* is not under way$/;
    for (const other of [
      { ...move, id: 2 },
      { ...move, handle: 2 as Handle },
      { ...move, handle: 99 as Handle },
    ]) {
      expect(() => heap.commit(other)).toThrow(text);
      expect(() => heap.drop(other)).toThrow(text);
    }
    for (const call of [() => heap.commit({} as Move), () => heap.drop({} as Move)]) {
      expect(call).toThrow("invalid move: it has no id: pass one that moves() returned");
    }
    expect(() => heap.commit(undefined as unknown as Move)).toThrow("invalid move: undefined is no object");
    expect(() => heap.commit(move, -1)).toThrow("invalid fence: -1 is not a whole number from 0 to 9007199254740991");
    const getter = {
      ...move,
      get id(): number {
        throw new Error("mine");
      },
    };
    expect(() => heap.commit(getter)).toThrow("mine");
    heap.commit(JSON.parse(JSON.stringify(move)));
    expect(() => heap.commit(move)).toThrow("invalid move: 1 of the block of handle 3 is not under way");
    expect(() => heap.drop(move)).toThrow("invalid move: 1 of the block of handle 3 is not under way");
    // The same block again: another move.
    heap.free(h);
    heap.verify();
  });

  test.each([-1, 0.5, Number.NaN, "9", null, 2 ** 53])("%s are no bytes", (bytes) => {
    const heap = new RangeHeap({ bytes: 1024 });
    expect(() => heap.moves(bytes as number)).toThrow(
      /^invalid maxBytes: .* is not a whole number from 0 to 9007199254740991$/,
    );
    expect(() => heap.moves(1, bytes as number)).toThrow(
      /^invalid wanted: .* is not a whole number from 0 to 9007199254740991$/,
    );
  });
});

test("a deferred block stays where it is", () => {
  const heap = new RangeHeap({ bytes: 8 * KIB });
  const [a, , c] = [heap.allocate(KIB), heap.allocate(KIB), heap.allocate(KIB)];
  heap.free(a);
  heap.defer(c, 3);
  expect(heap.moves().map(({ from }) => from)).toEqual([KIB]);
});

test("turns end, whoever drops them", () => {
  const heap = new RangeHeap({ bytes: 2 ** 16 });
  const kept = holed(
    heap,
    (i) => 256 * (i % 2 === 0 ? 10 : 5),
    (i) => i % 2 === 1,
  );
  heap.free(kept.pop()!);
  let calls = 0;
  for (let moves = heap.moves(); moves.length > 0; moves = heap.moves(), calls++)
    for (const move of moves) heap.drop(move);
  expect(calls).toBeGreaterThan(0);
  expect(calls).toBeLessThanOrEqual(kept.length);
});
