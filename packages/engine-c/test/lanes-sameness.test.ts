import { Random } from "@ariax/trace";
import { beforeAll, describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { build, findCompiler, NO_COMPILER, SOURCE, sanitizers } from "../scripts/compiler.ts";
import { LanesBoth, laneOf } from "./lanes-both.ts";
import { driveLanes } from "./lanes-drive.ts";

const compiler = findCompiler();
const name = compiler === undefined ? ` (skipped: ${NO_COMPILER})` : "";
const KIB = 1024;
const MIB = 1 << 20;

describe.skipIf(compiler === undefined)(`of lanes too the C engine makes the TypeScript engine's bytes${name}`, () => {
  let driver = "";
  beforeAll(() => {
    const files = [`${SOURCE}/ariax-lanes.c`, new URL("lanes-driver.c", import.meta.url).pathname];
    driver = build(compiler!, ["-std=c11", ...sanitizers(compiler!), ...files]);
  });

  const same = (both: LanesBoth) => expect(both.run(driver).difference).toBeUndefined();

  test.each([
    { bytes: 256 * KIB, lanes: 2, calls: 20_000, scale: 30_000 },
    { bytes: 512 * KIB, lanes: 3, calls: 20_000, scale: 60_000 },
    { bytes: MIB, lanes: 5, calls: 20_000, scale: 200_000 },
    { bytes: 4 * MIB, lanes: 8, calls: 20_000, scale: MIB },
    { bytes: 12 * MIB, lanes: 4, calls: 20_000, scale: 2 * MIB },
    { bytes: 64 * MIB, lanes: 63, calls: 10_000, scale: 8 * MIB },
    { bytes: MIB, lanes: 1, calls: 10_000, scale: 100_000 },
  ])("$bytes bytes, $lanes lanes", ({ bytes, lanes, calls, scale }) => {
    const both = new LanesBoth({ capacity: bytes, lanes });
    driveLanes(both, bytes + lanes, times(calls / 5, calls / 2), scale, 10);
    same(both);
  });

  test.each(Array.from({ length: times(6, 30) }, (_, i) => i + 1))("seed %i", (seed) => {
    const both = new LanesBoth({ capacity: (256 << (seed % 4)) * KIB, lanes: 1 + (seed % 6) });
    driveLanes(both, seed, 2500, 60_000, 25);
    same(both);
  });

  test("from a byte of the buffer on that is not 0, and not aligned to 64 KiB", () => {
    const buffer = new SharedArrayBuffer(3 * 4096 + 768 * KIB);
    const both = new LanesBoth({ buffer, byteOffset: 3 * 4096, lanes: 4 });
    driveLanes(both, 6, times(3000, 9000), 100_000, 10);
    same(both);
  });

  test("a heap that grows", () => {
    const both = new LanesBoth({ capacity: 256 * KIB, maxCapacity: 6 * MIB, lanes: 4 });
    driveLanes(both, 7, times(3000, 9000), 300_000, 10);
    same(both);
  });

  /** Three threads, and blocks of each that any of them has freed. */
  function inUse(seed: number): LanesBoth {
    const both = new LanesBoth({ capacity: 512 * KIB, lanes: 4 });
    both.attach(both.ticket());
    both.attach(both.ticket());
    goOn(both, seed, [0, 1, 2]);
    return both;
  }

  function goOn(both: LanesBoth, seed: number, threads: readonly number[]): void {
    const random = new Random(seed);
    const blocks: number[] = [];
    for (let i = 0; i < 400; i++) {
      const thread = threads[random.below(threads.length)];
      const last = blocks.length - 1;
      if (random.below(100) < 60 || last < 0) {
        const offset = both.allocate(thread, random.below(random.chance(0.8) ? 300 : 20_000));
        if (offset !== 0) blocks.push(offset);
      } else {
        const at = random.below(blocks.length);
        both.free(thread, blocks[at]);
        blocks[at] = blocks[last];
        blocks.pop();
      }
    }
  }

  test.each([1, 2, 3, 4])("whatever a killed thread left in disorder is repaired alike: %i", (seed) => {
    const both = inUse(seed);
    const random = new Random(seed);
    const { w } = both;
    const lane = laneOf(both.threads[1]);
    const [H_INFO, H_BINS, H_HEADS, H_STACKS, H_OWN, H_TERRITORY, H_HAVE, H_TRIM, H_CODE, H_MAIL] = [
      7, 5, 6, 11, 13, 14, 16, 20, 22, 23,
    ];
    const derived = [H_HAVE, H_HAVE + 1, H_TRIM].map((word) => lane + word);
    for (let line = lane + 32; line < lane + 600; line += 8) {
      for (const word of [0, 1, 4, 6, 7]) derived.push(line + word);
    }
    for (let word = w[lane + H_BINS]; word < w[lane + H_MAIL]; word++) {
      // But for the words below the stacks, which are always 0.
      if (word < w[lane + H_STACKS]) derived.push(word);
    }
    derived.push(w[lane + H_MAIL] + 1, w[lane + H_MAIL] + 2, w[lane + H_HEADS]);
    for (let page = 0; page < 128; page++) {
      if (w[w[H_OWN] + (page >>> w[H_TERRITORY])] !== w[lane + H_CODE]) continue;
      for (const word of [0, 1, 2]) derived.push(w[H_INFO] + 4 * page + word);
    }
    const some = seed % 2 === 0 ? 1 : 0.1;
    for (const word of derived) if (random.chance(some)) both.poke(word, random.chance(0.5) ? random.bits() | 0 : 0);
    both.reclaim(both.threads[1].holder, 0);
    both.control();
    both.verify(0);
    const heir = both.attach(both.ticket());
    expect(laneOf(both.threads[heir])).toBe(lane);
    goOn(both, seed + 10, [0, 2, heir]);
    both.verify(2);
    both.memory();
    same(both);
  });

  test("garbage is recognised by both engines, whichever word is changed", () => {
    const both = inUse(5);
    const random = new Random(5);
    let right = 0;
    const rounds = times(1000, 4000);
    for (let i = 0; i < rounds; i++) {
      const word = random.below(both.words);
      const was = both.w[word];
      const value = [was ^ (1 << random.below(32)), was + 1, both.w[random.below(both.words)], random.bits()];
      if (both.mutate([[word, value[random.below(4)] | 0]])) right++;
    }
    same(both);
    // Some words mean nothing; many do.
    expect(right).toBeGreaterThan(0);
    expect(right).toBeLessThan(rounds * 0.9);
  });
});
