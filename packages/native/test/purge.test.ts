/** RAM goes back: when it is asked for, when a sweep is due, and never where it is in use. */
import { Shadow, soak } from "@ariax/conformance";
import { SlabAllocator } from "@ariax/slab";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NativeAllocator, type NativeOptions, Region, systemCalls } from "../src/index.ts";
import { callsOf, ENGINES, MiB, PAGE } from "./heaps.ts";
import { describeNative, runChild } from "./native.ts";

const NEVER = Number.POSITIVE_INFINITY;

/** Writes to every page of a block. */
function touch(heap: NativeAllocator, offset: number, bytes: number): number {
  const memory = new Uint8Array(heap.memory.buffer);
  for (let at = offset; at < offset + bytes; at += PAGE) memory[at] = 1;
  return offset;
}

const block = (heap: NativeAllocator, bytes: number) => touch(heap, heap.allocate(bytes), bytes);

/** Blocks of `pages` with a page that stays between each two: nothing but holes, once they are freed. */
function holes(heap: NativeAllocator, count: number, pages: number): number[] {
  return Array.from({ length: count }, () => {
    const hole = block(heap, pages * PAGE);
    // Too long for a slab, so that it has pages of its own; shortened, it is one.
    heap.resize(touch(heap, heap.allocate(5 * PAGE), PAGE), PAGE);
    return hole;
  });
}

describe.each(ENGINES)("the engine in %s", (engine) => {
  const make = (options: Partial<NativeOptions> = {}) =>
    new NativeAllocator({ capacity: 64 * MiB, engine, ...options });

  describeNative("purge", () => {
    test("gives most of what is free back, on every system", () => {
      using heap = make({ purgeDelay: NEVER });
      const p = block(heap, 8 * MiB);
      heap.free(p);
      // Where a page is 16 KiB there are parts of two at the ends.
      expect(heap.purge()).toBeGreaterThanOrEqual(8 * MiB - 32_768);
      expect(heap.purge()).toBeLessThanOrEqual(32_768);
      heap.verify();
    });

    test("touches no block, whenever it comes", () => {
      // Each call is watched by a shadow, which knows every byte of every block.
      const heaps: NativeAllocator[] = [];
      const create = (capacity: number) => {
        const heap = make({ capacity, purgeDelay: NEVER });
        const free = heap.free.bind(heap);
        let frees = 0;
        heap.free = (offset) => {
          free(offset);
          if (++frees % 4 === 0) heap.purge();
        };
        heaps.push(heap);
        return heap;
      };
      expect(soak({ create, operations: 6000, capacity: 4 * MiB, seed: 2 }).outOfMemory).toBe(0);
      for (const heap of heaps) heap.unmap();
    });

    test("is nothing where the memory is an ordinary buffer", () => {
      using region = Region.map({ bytes: MiB, external: false });
      new SlabAllocator({ buffer: region.buffer });
      const heap = NativeAllocator.attach(region, 0, { engine });
      expect(heap.traits.returnsMemory).toBe(false);
      heap.free(heap.allocate(100_000));
      expect(callsOf(() => expect(heap.purge()).toBe(0))).toBe(0);
    });
  });

  // To the byte, and to the call: on a system with pages of 4 KiB.
  describeNative(
    "purge, to the byte",
    () => {
      test("gives back the RAM of all free pages, and tells how much", () => {
        using heap = make({ purgeDelay: NEVER });
        const empty = heap.region!.resident();
        const [a, kept, c] = [block(heap, 8 * MiB), block(heap, MiB), block(heap, 20_000)];
        const full = heap.region!.resident();
        expect(full - empty).toBeGreaterThan(9 * MiB);
        expect(heap.purge()).toBe(0);
        heap.freeMany(Int32Array.of(a, c));
        expect(heap.region!.resident()).toBe(full);
        expect(heap.purge()).toBe(8 * MiB + 5 * PAGE);
        expect(heap.region!.resident()).toBe(full - 8 * MiB - 5 * PAGE);
        expect(heap.purge()).toBe(0);
        expect(new Uint8Array(heap.memory.buffer)[kept]).toBe(1);
        heap.verify();
      });
    },
    "linux",
  );

  describeNative(
    "purgeDelay",
    () => {
      beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
      afterEach(() => void vi.useRealTimers());

      test("is a second, counted from the first page that became free", () => {
        using heap = make();
        expect(heap.traits.returnsMemory).toBe(true);
        const [a, b] = [block(heap, 8 * MiB), block(heap, 8 * MiB)];
        const full = heap.region!.resident();
        const calls = callsOf(() => {
          vi.advanceTimersByTime(10_000); // nothing was freed
          heap.free(a);
          vi.advanceTimersByTime(900);
          heap.free(b);
          vi.advanceTimersByTime(99);
        });
        expect(calls).toBe(0);
        vi.advanceTimersByTime(1);
        expect(full - heap.region!.resident()).toBe(16 * MiB);
        // The next free begins anew.
        const c = block(heap, 8 * MiB);
        heap.free(c);
        vi.advanceTimersByTime(999);
        expect(full - heap.region!.resident()).toBe(8 * MiB);
        vi.advanceTimersByTime(1);
        expect(full - heap.region!.resident()).toBe(16 * MiB);
      });

      test.each<[string, (heap: NativeAllocator, p: number) => void]>([
        ["free", (heap, p) => heap.free(p)],
        ["freeMany", (heap, p) => heap.freeMany(Int32Array.of(p))],
        ["resize", (heap, p) => heap.resize(p, 1)],
        ["reallocate", (heap, p) => heap.reallocate(p, 1)],
        ["reset", (heap) => heap.reset()],
        [
          "free, of the last block of slabs",
          (heap, p) => {
            heap.resize(p, 8 * MiB);
            const small = new Int32Array(20_000);
            heap.allocateMany(256, small);
            for (const offset of small) touch(heap, offset, 1);
            vi.advanceTimersByTime(5000);
            for (const offset of small) heap.free(offset);
          },
        ],
      ])("counts from %s", (_, verb) => {
        using heap = make({ purgeDelay: 50 });
        const p = block(heap, 8 * MiB);
        const full = heap.region!.resident();
        verb(heap, p);
        vi.advanceTimersByTime(49);
        expect(heap.region!.resident()).toBeGreaterThanOrEqual(full);
        const before = heap.region!.resident();
        vi.advanceTimersByTime(1);
        expect(before - heap.region!.resident()).toBeGreaterThan(4 * MiB);
      });

      test("of 0: as soon as the running code returns", async () => {
        using heap = make({ purgeDelay: 0 });
        const p = block(heap, 8 * MiB);
        const full = heap.region!.resident();
        heap.free(p);
        expect(heap.region!.resident()).toBe(full);
        await undefined;
        expect(full - heap.region!.resident()).toBe(8 * MiB);
      });

      test("of Infinity: only when purge is called", () => {
        using heap = make({ purgeDelay: NEVER });
        expect(heap.traits.returnsMemory).toBe(false);
        const p = block(heap, 8 * MiB);
        heap.free(p);
        expect([callsOf(() => vi.advanceTimersByTime(1e9)), vi.getTimerCount()]).toEqual([0, 0]);
        expect(heap.purge()).toBe(8 * MiB);
      });

      test.each([0, 100])(
        "of %i, when the heap is disposed of, but its region stays for something else",
        async (purgeDelay) => {
          using region = Region.map({ bytes: 16 * MiB });
          new SlabAllocator({ buffer: region.buffer });
          const heap = NativeAllocator.attach(region, 0, { engine, purgeDelay });
          heap.free(block(heap, MiB));
          heap[Symbol.dispose]();
          const calls = systemCalls();
          await undefined;
          vi.advanceTimersByTime(1e6);
          expect([systemCalls() - calls, region.mapped]).toEqual([0, true]);
          // Whoever goes on with the heap has it as before.
          heap.free(block(heap, MiB));
          await undefined;
          vi.advanceTimersByTime(100);
          expect(systemCalls()).toBeGreaterThan(calls);
        },
      );

      test("of a heap whose memory has gone in the meantime", () => {
        for (const go of [
          (heap: NativeAllocator) => heap.unmap(),
          (heap: NativeAllocator) => heap.region!.unmap(),
          (heap: NativeAllocator) => void (heap.memory.buffer as ArrayBuffer).transfer(),
        ]) {
          const heap = make();
          heap.free(block(heap, MiB));
          go(heap);
          expect(callsOf(() => vi.advanceTimersByTime(1000))).toBe(0);
        }
      });
    },
    "linux",
  );

  describeNative(
    "a sweep",
    () => {
      beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
      afterEach(() => void vi.useRealTimers());

      test("asks the system once what is in RAM, and purges what is, each run once", () => {
        using heap = make();
        const blocks = holes(heap, 100, 16);
        for (const p of blocks) heap.free(p);
        expect(callsOf(() => vi.advanceTimersByTime(1000))).toBe(1 + 100);
        // One is used again, one is freed again without having been written: one is in RAM.
        const [a, b] = [block(heap, 16 * PAGE), heap.allocate(16 * PAGE)];
        heap.freeMany(Int32Array.of(a, b));
        expect(callsOf(() => vi.advanceTimersByTime(1000))).toBe(1 + 1);
        expect(callsOf(() => vi.advanceTimersByTime(1e6))).toBe(0);
      });

      test("takes all runs of 64 KiB and more, of the shorter ones 1,024, the longer first, and comes again for the rest", () => {
        using heap = make({ capacity: 512 * MiB });
        const [short, middle, long] = [holes(heap, 1500, 5), holes(heap, 500, 9), holes(heap, 1200, 16)];
        const full = heap.region!.resident();
        const gone = () => (full - heap.region!.resident()) / PAGE;
        heap.freeMany(Int32Array.from([...short, ...middle, ...long]));
        expect(callsOf(() => vi.advanceTimersByTime(1000))).toBe(1 + 1200 + 1024);
        expect(gone()).toBe(1200 * 16 + 500 * 9 + 524 * 5);
        expect(callsOf(() => vi.advanceTimersByTime(999))).toBe(0);
        expect(callsOf(() => vi.advanceTimersByTime(1))).toBe(1 + 976);
        expect(gone()).toBe(1200 * 16 + 500 * 9 + 1500 * 5);
        expect([callsOf(() => vi.advanceTimersByTime(1e6)), vi.getTimerCount()]).toEqual([0, 0]);
        heap.verify();
        expect(heap.stats().blocks).toBe(3200);
      });

      test("leaves other code its turn, even where it is due at once", async () => {
        using heap = make({ purgeDelay: 0, capacity: 256 * MiB });
        const blocks = holes(heap, 3000, 5);
        heap.freeMany(Int32Array.from(blocks));
        const full = heap.region!.resident();
        await undefined;
        const gone = () => (full - heap.region!.resident()) / PAGE;
        for (const runs of [1024, 2048, 3000]) {
          expect(gone()).toBe(runs * 5);
          vi.advanceTimersByTime(1);
        }
      });
    },
    "linux",
  );
});

describeNative(
  "memory that others see",
  () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
    afterEach(() => void vi.useRealTimers());
    const name = `ariax-purge-${process.pid}`;
    const shared = (options: Partial<NativeOptions> = {}) => {
      Region.unlink(name);
      const heap = new NativeAllocator({ capacity: 16 * MiB, name, ...options });
      Region.unlink(name);
      return heap;
    };

    test("is purged only by who says that it is his turn", () => {
      using heap = shared();
      expect(heap.traits.returnsMemory).toBe(false);
      const p = block(heap, 8 * MiB);
      heap.free(p);
      expect([callsOf(() => vi.advanceTimersByTime(1e6)), vi.getTimerCount()]).toEqual([0, 0]);
      expect(heap.purge()).toBe(8 * MiB);
    });

    test("or that no other is at work, by a delay", () => {
      using heap = shared({ purgeDelay: 100 });
      expect(heap.traits.returnsMemory).toBe(true);
      const p = block(heap, 8 * MiB);
      const full = heap.region!.resident();
      heap.free(p);
      vi.advanceTimersByTime(100);
      expect(full - heap.region!.resident()).toBe(8 * MiB);
      using attached = NativeAllocator.attach(heap.region!);
      expect(attached.traits.returnsMemory).toBe(false);
    });
  },
  "linux",
);

describeNative("huge pages", () => {
  test("are purged whole only, unless purge is called", async (context) => {
    using heap = new NativeAllocator({ capacity: 32 * MiB, hugePages: true, purgeDelay: 0 });
    if (heap.region!.hugePages !== "granted") return context.skip("this kernel is set to make none");
    const blocks = Array.from({ length: 24 }, () => block(heap, MiB));
    // 4 MiB that begin somewhere within a huge page: one lies in them whole.
    expect(blocks[5] % (2 * MiB)).not.toBe(0);
    const full = heap.region!.resident();
    heap.freeMany(Int32Array.from(blocks.slice(5, 9)));
    await undefined;
    expect(full - heap.region!.resident()).toBe(2 * MiB);
    // The rest of the 4 MiB, and of the huge page that the last block ends in.
    const end = blocks[23] + MiB;
    expect(heap.purge()).toBe(2 * MiB + Math.ceil(end / (2 * MiB)) * 2 * MiB - end);
  });
});

test("a shadow sees a byte that a purge would take", () => {
  // What the runs above rest on.
  const heap = new Shadow(new SlabAllocator({ capacity: MiB }));
  const p = heap.allocate(PAGE);
  new Uint8Array(heap.memory.buffer)[p + 5] ^= 1;
  expect(() => heap.free(p)).toThrow(`byte 5 of the block at ${p} is not what was written to it`);
});

describeNative("a process", () => {
  test("is not kept alive by a sweep that is due", () => {
    const { status, stdout, stderr } = runChild("sweep-due");
    expect([status, stdout, stderr]).toEqual([0, "freed\n", ""]);
  });
});
