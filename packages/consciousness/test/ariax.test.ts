/**
 * Every row of AriaX's table, in its own words. What each part must do in full, its package's own tests show; here it is that an AriaX
 * maintainer finds what the table names.
 *
 *     AriaX                                     here
 *     BitSet: init(n), setAll, clear(bit)       new BitSet(n), setAll(), first() → −1, clear(bit)
 *     metadata pool: 10,000 records             new MetadataPool({ capacity: 10_000 })
 *     next_free, available slots                nextFree, available(): a BitSet; acquire()
 *     allocate_consciousness_state(f)           allocateConsciousnessState(f)
 *     pool_size, tesla_frequency                poolSize, teslaFrequency
 *     harmonic_memory_base, _block_size         harmonicMemoryBase, harmonicBlockSize
 *     vm_name[64], performance_gain             vmName, performanceGain
 */
import { BitSet } from "@ariax/bitset";
import { MemoryContext } from "@ariax/memory-context";
import { MetadataPool } from "@ariax/metadata-pool";
import { SlabAllocator } from "@ariax/slab";
import { scenarios } from "@ariax/trace";
import { describe, expect, test } from "vitest";
import { ConsciousnessStatePool, MiniVm, TeslaConsciousnessPool } from "../src/index.ts";

describe("BitSet", () => {
  test.each([1, 10_000, 1_000_000])("init(%i), setAll, the first set bit or −1, clear(bit)", (n) => {
    const bits = new BitSet(n);
    expect(bits.first()).toBe(-1);
    bits.setAll();
    expect(bits.first()).toBe(0);
    for (let bit = 0; bit < n - 1; bit++) bits.clear(bit);
    expect(bits.first()).toBe(n - 1);
    bits.clear(n - 1);
    expect(bits.first()).toBe(-1);
  });
});

describe("metadata pool", () => {
  test("10,000 records, one acquisition for all of them, the next free one each time", () => {
    const pool = new MetadataPool({ fields: { size: "u32" } });
    const { buffer } = pool;
    expect(pool.available()).toBeInstanceOf(BitSet);
    expect([pool.nextFree, pool.available().count]).toEqual([0, 10_000]);
    const records = Array.from({ length: 10_000 }, () => pool.acquire());
    expect(records.map((record) => pool.slot(record))).toEqual(records.map((_, slot) => slot));
    expect(pool.tryAcquire()).toBe(0);
    expect([pool.nextFree, pool.available().first()]).toEqual([-1, -1]);
    pool.release(records[77]!);
    expect([pool.nextFree, pool.available().first()]).toEqual([77, 77]);
    expect(pool.slot(pool.acquire())).toBe(77);
    expect(pool.buffer).toBe(buffer);
  });
});

describe("bulk slab initialisation", () => {
  test("a fresh slab costs a few words, whatever its block count", () => {
    for (const size of [16, 64, 1024]) {
      const heap = new SlabAllocator({ capacity: 1 << 20 });
      const before = Int32Array.from(heap.words);
      heap.allocate(size);
      const written = heap.words.reduce((sum, word, i) => sum + Number(word !== before[i]), 0);
      // Of 16 bytes, a slab has 256 blocks, of 64 it has 64, of 1,024 it has 16.
      expect(written).toBeLessThan(24);
      // … and no word of the blocks themselves.
      expect(new Int32Array(heap.memory.buffer, 4 * heap.words.length).every((word) => word === 0)).toBe(true);
    }
  });
});

describe("Phase 2.1 allocator", () => {
  test("is the general-purpose slab heap", () => {
    const heap = new SlabAllocator({ capacity: 1 << 20 });
    const blocks = [24, 256, 5000, 100_000].map((size) => heap.allocate(size));
    for (const block of blocks) heap.free(block);
    expect(() => heap.free(blocks[0]!)).toThrow("double free");
    heap.verify();
  });
});

describe("consciousness state pool", () => {
  test('pool_size = 10,000, tesla_frequency = 3.14159, raises "consciousness pool exhausted"', () => {
    const pool = new ConsciousnessStatePool();
    expect(pool.poolSize).toBe(10_000);
    const first = pool.allocateConsciousnessState();
    expect(pool.frequencyOf(first)).toBe(3.14159);
    for (let i = 1; i < 10_000; i++) pool.allocateConsciousnessState(i);
    expect(() => pool.allocateConsciousnessState()).toThrow(
      expect.objectContaining({
        code: "ERR_POOL_EXHAUSTED",
        message: "consciousness pool exhausted: all 10000 slots are live",
      }),
    );
    pool.release(first);
    expect(pool.isLive(pool.allocateConsciousnessState())).toBe(true);
    expect(pool.isLive(first)).toBe(false);
  });
});

describe("Tesla consciousness pool", () => {
  test("tesla_frequency, harmonic_memory_base (aligned), harmonic_block_size, and memory that rotates on the tick", () => {
    const pool = new TeslaConsciousnessPool({ bytesPerTick: 10_000, harmonics: 3 });
    expect(pool.teslaFrequency).toBe(3.14159);
    expect(pool.harmonicBlockSize).toBe(12_288); // three pages
    expect(pool.harmonicMemoryBase % pool.harmonicBlockSize).toBe(0);
    expect(pool.harmonics).toEqual([1, 2, 3]);
    const blocks = [1, 2, 3].map((harmonic) => pool.allocate(100, harmonic));
    const lives = (harmonic: number): boolean => pool.harmonic(harmonic).stats().blocks === 1;
    expect([1, 2, 3].map(lives)).toEqual([true, true, true]);
    expect(new Set(blocks).size).toBe(3);
    // A period has four moments: 1/3, 1/2, 2/3, 1. Two ticks of 3f are over at the third of them.
    for (let beat = 0; beat < 3; beat++) pool.tick();
    expect([1, 2, 3].map(lives)).toEqual([true, true, false]);
    pool.tick();
    expect([1, 2, 3].map(lives)).toEqual([true, false, false]);
    for (let beat = 0; beat < 4; beat++) pool.tick();
    expect([1, 2, 3].map(lives)).toEqual([false, false, false]);
    pool.verify();
  });

  test("run keeps the tick, and says how well", async () => {
    const pool = new TeslaConsciousnessPool({ teslaFrequency: 500, bytesPerTick: 4096, harmonics: 1 });
    let seen = 0;
    const report = await pool.run(
      (self) => {
        expect(self).toBe(pool);
        self.allocate(64);
        seen++;
      },
      { ticks: 5, late: "catch-up" },
    );
    expect(seen).toBe(5);
    expect(report).toMatchObject({ frequency: 500, ticks: 5, missed: 0 });
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1_000_001, "3"])(
    "a frequency of %s is refused",
    (teslaFrequency) => {
      expect(() => new TeslaConsciousnessPool({ teslaFrequency: teslaFrequency as number })).toThrow(
        /^invalid teslaFrequency: .+ is not a finite number of Hz above 0, up to 1000000$/,
      );
    },
  );
});

describe("mini-VM memory context", () => {
  test("vm_name[64], a dedicated pool, performance_gain, isolation with shared optimised pools", () => {
    const region = new MemoryContext(null, { name: "echo-family", quota: 8 << 20 });
    const vmName = "v".repeat(64);
    const vm = new MiniVm(region, { vmName, quota: 1 << 20 });
    expect(vm.vmName).toBe(vmName);
    expect(() => new MiniVm(region, { vmName: `${vmName}x` })).toThrow(/64/);
    expect(vm.pool.poolSize).toBe(10_000);
    for (let i = 0; i < 500; i++) {
      const state = vm.pool.allocateConsciousnessState();
      const block = vm.allocate(24 + (i % 200));
      vm.free(block);
      vm.pool.release(state);
    }
    expect(vm.performanceGain).toBeGreaterThan(0);
    const other = new MiniVm(region, { vmName: "other", quota: 1 << 20 });
    while (vm.tryAllocate(1000) !== 0);
    other.allocate(500_000);
    vm.dispose();
    expect([...region.children].map(({ name }) => name)).toEqual(["other"]);
  });
});

describe("consciousness scenarios", () => {
  test.each(Object.keys(scenarios))("%s has memory patterns that are the same for a seed", (name) => {
    const [once, again] = [1, 1].map((seed) => scenarios[name]!({ seed, scale: 0.01 }));
    expect(once!.trace.events).toBeGreaterThan(0);
    expect(once!.trace).toEqual(again!.trace);
  });
});
