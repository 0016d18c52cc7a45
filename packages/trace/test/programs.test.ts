/** The programs do the same as their twins, whatever the memory is, and leave nothing behind. */
import type { Allocator, Offset } from "@ariax/allocator";
import { isRefusal } from "@ariax/allocator/implement";
import { Arena } from "@ariax/arena";
import { reactive } from "@vue/reactivity";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { times } from "../../../scripts/lib/long.ts";
import { type Program, type ProgramKind, programs, record, treeProgram } from "../src/index.ts";
import { SimpleAllocator } from "./simple-allocator.ts";

const KINDS = Object.values(programs);
const STEPS = times(400, 4000);
/** Small enough for all that happens now and then to happen in so many steps. */
const SMALL: Readonly<Record<string, object>> = {
  entities: { entities: 50 },
  game: { particles: 9 },
  trees: { messages: 3 },
  staging: { ranges: 12 },
  tiles: { side: 3, undo: 7 },
  cache: { kib: 32, keys: 500 },
};

/** Runs it in parts, with an end in between and one at last; what came of it. */
function done(program: Program, steps: number): object {
  program.run(steps);
  program.end();
  program.run(0);
  program.run(steps >> 1);
  const before = program.checksum();
  program.end();
  const counts = program.counts();
  expect(counts.ended).toBe(counts.made);
  expect(counts.steps).toBe(steps + (steps >> 1));
  program.end();
  expect(program.counts()).toEqual(counts);
  return { before, checksum: program.checksum(), counts };
}

const SIMPLE = new SimpleAllocator(16).traits;

/** Its memory becomes twice as long, in another buffer, where there is no room. */
class Growing extends SimpleAllocator {
  override readonly traits = { ...SIMPLE, grows: true };

  constructor() {
    super(4096);
  }

  override tryAllocate(size: number): Offset {
    for (;;) {
      const { byteLength } = this.memory.buffer;
      const offset = size > byteLength / 2 ? 0 : super.tryAllocate(size);
      if (offset !== 0) return offset;
      // As a copy: arrays over the old buffer are not detached, only stale.
      const longer = new ArrayBuffer(2 * byteLength);
      new Uint8Array(longer).set(new Uint8Array(this.memory.buffer));
      this.memory.buffer = longer;
    }
  }
}

const roomy = (kind: ProgramKind) => new SimpleAllocator(4 * kind.capacity);
const heaps: Record<string, (kind: ProgramKind) => Allocator> = {
  "an allocator": roomy,
  "one that grows": () => new Growing(),
  "one that is recorded": (kind) => record(roomy(kind)),
  "a proxy": (kind) => new Proxy(roomy(kind), {}),
  "Vue's proxy": (kind) => reactive(roomy(kind)) as SimpleAllocator,
  "an arena with room for all of it": () => new Arena({ capacity: 1 << 29 }),
};

describe.each(KINDS.map((kind) => [kind.name, kind] as const))("%s", (_, kind: ProgramKind) => {
  const small = SMALL[kind.name];
  const expected = done(kind.collected(small), STEPS);

  test.each(Object.entries(heaps))("over %s: as its twin, and nothing is left", (_, create) => {
    const heap = create(kind);
    expect(done(kind.over(heap, small), STEPS)).toEqual(expected);
    expect(heap.stats().blocks).toBe(0);
    heap.verify();
  });

  test("blocks are live as it counts them", () => {
    const heap = roomy(kind);
    const program = kind.over(heap, small);
    for (let n = 0; n < 200; n++) {
      program.run(1);
      const { made, ended } = program.counts();
      expect(heap.stats().blocks).toBe(made - ended);
    }
    expect(program.counts().made).toBeGreaterThan(100);
  });

  test("for each seed the same as its twin, and something else than for another", () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.integer({ min: 1, max: 60 }), (seed, steps) => {
        const outcome = done(kind.over(roomy(kind), { ...small, seed }), steps);
        expect(outcome).toEqual(done(kind.collected({ ...small, seed }), steps));
        outcomes.add(JSON.stringify([outcome, steps]));
      }),
      { seed: 1, numRuns: times(10, 100) },
    );
    expect(outcomes.size).toBeGreaterThanOrEqual(times(9, 90));
  });

  test("two over one heap that grows do not disturb each other", () => {
    const heap = new Growing();
    const [one, two] = [kind.over(heap, { ...small, seed: 3 }), kind.over(heap, { ...small, seed: 4 })];
    const twin = kind.collected({ ...small, seed: 3 });
    for (let n = 0; n < 20; n++) for (const program of [one, two, twin]) program.run(20);
    for (const program of [one, two, twin]) program.end();
    expect(one.checksum()).toBe(twin.checksum());
    expect(one.checksum()).not.toBe(two.checksum());
    expect(heap.stats().blocks).toBe(0);
  });

  test("without room, the error comes through, and the end leaves nothing", () => {
    let failures = 0;
    for (let capacity = 1 << 12; capacity < kind.capacity; capacity = Math.ceil(capacity * 1.3)) {
      const heap = new SimpleAllocator(capacity);
      const program = kind.over(heap);
      for (let n = 0; n < 3; n++) {
        try {
          program.run(STEPS);
        } catch (error) {
          if (!isRefusal(error)) throw error;
          failures++;
        }
      }
      program.end();
      expect(heap.stats().blocks).toBe(0);
      expect(program.counts().ended).toBe(program.counts().made);
    }
    expect(failures).toBeGreaterThan(3);
  });

  test("a program through a proxy is the program", () => {
    const heap = roomy(kind);
    expect(done(reactive(kind.over(heap, small)) as Program, STEPS)).toEqual(expected);
    expect(done(new Proxy(reactive(kind).collected(reactive({ ...small, seed: 1 })), {}), STEPS)).toEqual(expected);
  });

  test("what can't be is refused", () => {
    const heap = roomy(kind);
    for (const [options, message] of [
      [{ sed: 7 }, /^unknown option: "sed" is not one of seed, /],
      [{ seed: -1 }, "invalid seed: -1 is not a whole number from 0 to 9007199254740991"],
      [7, "invalid options: 7 is no object"],
      [null, "invalid options: null is no object"],
    ] as const) {
      expect(() => kind.over(heap, options as object)).toThrow(message);
      expect(() => kind.collected(options as object)).toThrow(message);
    }
    expect(() => kind.over({} as Allocator)).toThrow("invalid allocator: an object has no method allocate");
    const program = kind.over(heap);
    for (const steps of [-1, 0.5, Number.NaN, "7", 7n, undefined, {}]) {
      expect(() => program.run(steps as number)).toThrow(/^invalid steps: .* is not a whole number from 0 to /);
    }
    expect(program.counts()).toEqual({ steps: 0, made: 0, resized: 0, ended: 0 });
    expect(heap.stats().blocks).toBe(0);
  });
});

test("parameters are checked, and used", () => {
  const heap = new SimpleAllocator(1 << 24);
  const parameters: Record<string, [string, number, number]> = {
    entities: ["entities", 100, 2 ** 20],
    game: ["particles", 3, 2 ** 10],
    trees: ["messages", 1, 2 ** 20],
    staging: ["ranges", 4, 2 ** 12],
    tiles: ["side", 3, 2 ** 10],
    cache: ["kib", 64, 2 ** 20],
  };
  for (const [name, [parameter, small, most]] of Object.entries(parameters)) {
    const kind: ProgramKind = programs[name];
    const smaller = { [parameter]: small };
    expect(done(kind.over(heap, smaller), 500)).toEqual(done(kind.collected(smaller), 500));
    expect(done(kind.collected(smaller), 500)).not.toEqual(done(kind.collected(), 500));
    for (const value of [0, most + 1, 1.5, "3"]) {
      const options = { [parameter]: value as number };
      expect(() => kind.over(heap, options)).toThrow(`is not a whole number from 1 to ${most}`);
      expect(() => kind.collected(options)).toThrow(`is not a whole number from 1 to ${most}`);
    }
  }
  expect(heap.stats().blocks).toBe(0);
});

test("trees are dropped by a reset, in an arena with room for some messages", () => {
  const arena = new Arena({ capacity: 1 << 18 });
  const expected = done(treeProgram.collected(), 5000);
  expect(done(treeProgram.over(arena, { byReset: true }), 5000)).toEqual(expected);
  expect(arena.stats().blocks).toBe(0);
  expect(() => treeProgram.over(arena, { byReset: 1 as unknown as boolean })).toThrow(
    "invalid byReset: 1 is not true or false",
  );
  expect(() => treeProgram.collected({ byReset: true } as object)).toThrow(
    'unknown option: "byReset" is not one of seed, messages',
  );
});

test("what the default programs do stays what it is", () => {
  const outcomes = Object.fromEntries(
    KINDS.map((kind) => {
      const program = kind.collected();
      program.run(1000);
      program.end();
      const { made, resized } = program.counts();
      return [kind.name, [program.checksum(), made, resized]];
    }),
  );
  expect(outcomes).toEqual({
    entities: [69825171, 15755, 1],
    game: [585658895, 42027, 0],
    trees: [37836404, 16101, 4158],
    staging: [172283290, 16756, 0],
    tiles: [298444, 2505, 0],
    cache: [16454548, 916, 4],
  });
});
