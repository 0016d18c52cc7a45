import { Random } from "@ariax/trace";
import { beforeAll, describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { MUTANTS, subject } from "../../slab/test/mutants.ts";
import { build, findCompiler, NO_COMPILER, SOURCE, sanitizers } from "../scripts/compiler.ts";
import { Both } from "./both.ts";
import { drive } from "./drive.ts";

const compiler = findCompiler();
const name = compiler === undefined ? ` (skipped: ${NO_COMPILER})` : "";
const KIB = 1024;
const MIB = 1 << 20;

describe.skipIf(compiler === undefined)(`the C engine makes the TypeScript engine's bytes${name}`, () => {
  let driver = "";
  beforeAll(() => {
    const files = [`${SOURCE}/ariax.c`, new URL("driver.c", import.meta.url).pathname];
    driver = build(compiler!, ["-std=c11", ...sanitizers(compiler!), ...files]);
  });

  const same = (both: Both) => expect(both.run(driver).difference).toBeUndefined();

  test.each([
    { bytes: 64 * KIB, calls: 30_000, scale: 30_000 },
    { bytes: 256 * KIB, calls: 30_000, scale: 100_000 },
    { bytes: MIB, calls: 40_000, scale: 200_000 },
    { bytes: 8 * MIB, calls: 30_000, scale: 2 * MIB },
    { bytes: 64 * MIB, calls: 20_000, scale: 16 * MIB },
  ])("$bytes bytes", ({ bytes, calls, scale }) => {
    const both = new Both({ capacity: bytes });
    drive(both, bytes, times(calls / 5, 3 * calls), scale, 10);
    same(both);
  });

  test("from a byte of the buffer on that is not 0, and not aligned to 64 KiB", () => {
    const both = new Both({ buffer: new ArrayBuffer(3 * 4096 + 512 * KIB), byteOffset: 3 * 4096 });
    drive(both, 6, times(4000, 60_000), 100_000, 10);
    same(both);
  });

  test("small blocks of each size", () => {
    const both = new Both({ capacity: MIB });
    for (let size = 0; size <= 16_385; size++) both.free(both.allocate(size));
    same(both);
  });

  test("a heap that grows", () => {
    const both = new Both({ capacity: 64 * KIB, maxCapacity: 4 * MIB });
    drive(both, 7, times(4000, 60_000), 300_000, 10);
    same(both);
  });

  test("a heap that is shorter than any new one may be, as its buffer is yet to grow", () => {
    const both = new Both({ buffer: new ArrayBuffer(8192, { maxByteLength: 256 * KIB }) });
    expect(both.heap.memory.buffer.byteLength).toBeLessThan(64 * KIB);
    expect(both.mutate([])).toBe(true); // both engines open it as it is
    drive(both, 9, 5000, 20_000, 5);
    same(both);
  });

  describe("compiled for blocks that are aligned to 16", () => {
    const options = (bytes: number): ConstructorParameters<typeof Both> => [{ capacity: bytes }, undefined, 16];
    let aligned = "";
    beforeAll(() => {
      const files = [`${SOURCE}/ariax.c`, new URL("driver.c", import.meta.url).pathname];
      aligned = build(compiler!, ["-std=c11", "-DAX_ALIGNMENT=16", ...sanitizers(compiler!), ...files]);
    });

    test.each([64 * KIB, MIB])("as the other engine does that is asked for it each time: %i bytes", (bytes) => {
      const both = new Both(...options(bytes));
      drive(both, bytes, times(4000, 60_000), 50_000, 10);
      expect(both.run(aligned).difference).toBeUndefined();
    });

    test("small blocks of each size", () => {
      const both = new Both(...options(MIB));
      for (let size = 0; size <= 16_385; size++) both.free(both.allocate(size));
      expect(both.run(aligned).difference).toBeUndefined();
    });

    test.each([1, 16, 24, 40, 56, 100, 3000])("to the last block of a full heap: %i bytes", (size) => {
      const [both, usual] = [new Both(...options(64 * KIB)), new Both({ capacity: 64 * KIB })];
      const offsets = (of: Both) => {
        // Slabs with blocks that are aligned to 8 stand by; and then holes that few slabs fit in.
        for (const other of [24, 40, 56]) of.allocate(other);
        while (of.allocate(5 * 4096) !== 0);
        while (of.allocate(4096) !== 0);
        const found = [];
        for (let p = of.allocate(size); p !== 0; p = of.allocate(size)) found.push(p);
        if (found.length > 0) found.push(of.reallocate(found[0], size + 8));
        return found.filter((p) => p !== 0);
      };
      expect(offsets(both).filter((p) => p % 16 !== 0)).toEqual([]);
      expect(both.run(aligned).difference).toBeUndefined();
      const misaligned = offsets(usual).filter((p) => p % 16 !== 0);
      if (size <= 16) expect(misaligned.length).toBeGreaterThan(50);
      same(usual);
    });
  });

  test("a bin of runs of several lengths", () => {
    const both = new Both({ capacity: 32 * MIB });
    const blocks = [257, 259, 256, 257, 258, 257, 259].map((pages) => {
      const offset = both.allocate(pages * 4096);
      both.allocate(5 * 4096);
      return offset;
    });
    for (const offset of blocks) both.free(offset);
    both.control();
    const w = both.heap.words;
    const head = w[6] + 128;
    const info = (last: number) => w[7] + 4 * last;
    const lasts = [257, 259, 256, 257, 258, 257, 259].map((pages, i) => blocks[i] / 4096 + pages - 1);
    expect(w[head]).toBe(lasts[2]);
    both.verify();
    const places = [head, ...lasts.flatMap((last) => [1, 2, 3].map((k) => info(last) + k))];
    let changed = 0;
    for (const place of places) {
      // Of a run that is not the first of its length LONGER means nothing.
      const isLeft = (place - w[7]) % 4 === 3 && place > w[7] && (w[place - 1] - w[7]) % 4 === 1 && w[place - 1] > w[7];
      for (const value of [0, 1, ...lasts, ...places]) {
        if (value === w[place]) continue;
        changed++;
        expect(both.mutate([[place, value]])).toBe(isLeft);
      }
    }
    expect(changed).toBeGreaterThan(500);
    // Taken and given back in other orders.
    for (const pages of [258, 257, 300, 256, 257, 257, 259, 256]) both.allocate(pages * 4096);
    both.verify();
    both.memory();
    same(both);
  });

  test("a boundary of a slab that was never handed out holds a free block", () => {
    const both = new Both({ capacity: MIB });
    for (const size of [16, 24, 64, 1000, 5000, 16384]) {
      const offset = both.allocate(size);
      const room = both.sizeOf(offset);
      // Two blocks of a slab at least, but of the longest: the next is free; a byte from it none begins.
      if (size < 16384) both.free(offset + room);
      both.free(offset + room + 8);
      both.free(offset + 4);
      both.free(offset);
      both.free(offset);
    }
    both.memory();
    same(both);
  });

  test("a heap whose buffer at last refuses to grow", () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 9 });
    const both = new Both({ memory, byteOffset: 8192, byteLength: 2 * MIB }, 9 * 64 * KIB);
    drive(both, 8, times(4000, 60_000), 100_000, 10);
    same(both);
  });

  test("a heap that grows by more than 64 MiB grows no further than it must", () => {
    const both = new Both({ capacity: 66 * MIB, maxCapacity: 320 * MIB });
    const sizes = [60, 10, 5, 90, 1, 100, 3].map((mib) => mib * MIB);
    const offsets = sizes.map((size) => both.allocate(size));
    expect(offsets.every((offset) => offset !== 0)).toBe(true);
    both.control();
    for (const offset of offsets) both.free(offset);
    both.verify();
    both.control();
    same(both);
  });

  describe("garbage is recognised", () => {
    const used = (options: ConstructorParameters<typeof Both>[0], seed: number) => {
      const both = new Both(options);
      drive(both, seed, 600, 60_000, 1);
      return both;
    };

    test.each([
      { options: { capacity: 64 * KIB }, seed: 1 },
      { options: { capacity: 256 * KIB }, seed: 2 },
      { options: { buffer: new ArrayBuffer(MIB), byteOffset: 5 * 4096 }, seed: 3 },
    ])("by both engines, whichever word is changed: $seed", ({ options, seed }) => {
      const both = used(options, seed);
      const random = new Random(seed);
      let opened = 0;
      const rounds = times(1000, 20_000);
      for (let i = 0; i < rounds; i++) {
        const word = random.below(random.chance(0.5) ? Math.min(both.words, 656) : both.words);
        const was = both.heap.words[word];
        // A bit, a small difference, another word of the heap, or anything.
        const value = [
          was ^ (1 << random.below(32)),
          was + 1,
          both.heap.words[random.below(both.words)],
          random.bits(),
        ];
        if (both.mutate([[word, value[random.below(4)] | 0]])) opened++;
      }
      same(both);
      // Some words mean nothing; many do.
      expect(opened).toBeGreaterThan(0);
      expect(opened).toBeLessThan(rounds * 0.9);
    });

    test("whatever the TypeScript engine's verify has a message for", () => {
      const both = new Both({ capacity: MIB });
      for (const [what, damage] of MUTANTS) {
        const damaged = subject();
        damage(damaged);
        const changes = [...damaged.w].map((value, word) => [word, value] as const);
        expect(both.mutate(changes.filter(([word, value]) => value !== both.heap.words[word])), what).toBe(false);
      }
      const { difference, faults } = both.run(driver);
      expect(difference).toBeUndefined();
      // All the invariants there are, each named by a mutant.
      const named = new Set(faults.map((fault) => fault & 255));
      expect([...named].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    });

    test("where it is all garbage, but for the words that say how long the heap is", () => {
      const both = used({ capacity: 256 * KIB }, 4);
      const random = new Random(4);
      for (let i = 0; i < 30; i++) {
        const from = [601, 601 + 64, both.heap.words[5], both.heap.words[7], both.heap.words[8]][i % 5];
        const range = Array.from({ length: both.words - from }, (_, k) => from + k);
        both.mutate(range.map((word) => [word, random.below(i < 15 ? 64 : 2 ** 32) | 0]));
      }
      const { difference, faults } = both.run(driver);
      expect(difference).toBeUndefined();
      expect(faults).not.toContain(0);
    });
  });
});
