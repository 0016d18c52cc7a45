/** Whatever a caller passes, it is refused with a code, and nothing has changed. */
import { AllocatorError, view } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { Arena, type Checkpoint, FrameArena, formatReport, TickArena } from "../src/index.ts";
import { FakeClock } from "./tick/fake-clock.ts";
import { record, ticksOf } from "./tick/record.ts";

const values: unknown[] = [
  undefined,
  null,
  true,
  -1,
  -0.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  1e300,
  "8",
  "",
  8n,
  Symbol("s"),
  {},
  [],
  [8],
  () => 8,
  Object.create(null),
  { valueOf: () => 8 },
  { [Symbol.toPrimitive]: () => 8 },
  new Proxy({}, {}),
  new Date(8),
  new Uint8Array(8),
];

/** The call throws an error with a code, or is one that takes this value. */
function expectCoded(call: () => unknown, what: string): void {
  try {
    call();
  } catch (error) {
    expect(error, what).toBeInstanceOf(AllocatorError);
    expect((error as AllocatorError).code, what).toMatch(/^ERR_/);
    expect((error as AllocatorError).message, what).toMatch(/^[a-z][^\n]*$/);
  }
}

const label = (value: unknown) => (typeof value === "symbol" ? "symbol" : Object.prototype.toString.call(value));

describe.each<[string, () => Arena | FrameArena]>([
  ["Arena", () => new Arena({ capacity: 4096 })],
  ["FrameArena", () => new FrameArena({ capacity: 4096 })],
  ["FrameArena, checked", () => new FrameArena({ capacity: 4096, checked: true })],
])("%s", (_, make) => {
  test("values of any kind to each verb", () => {
    const arena = make();
    const a = arena.allocate(16);
    const before = arena.stats();
    for (const value of values) {
      const v = value as never;
      const calls: [string, () => unknown][] = [
        ["resize", () => arena.resize(v, 8)],
        ["reallocate", () => arena.reallocate(v, 8)],
        ["free", () => arena.free(v)],
        ["sizeOf", () => arena.sizeOf(v)],
        ["freeMany", () => arena.freeMany(v)],
        ["allocateMany", () => arena.allocateMany(8, v)],
        ["view", () => view(arena, v, Uint8Array, 1)],
      ];
      if (arena instanceof FrameArena) calls.push(["ref", () => arena.ref(v)], ["check", () => arena.check(v)]);
      for (const [name, call] of calls) {
        expect(call, `${name} ${label(value)}`).toThrow();
        expectCoded(call, `${name} ${label(value)}`);
      }
      // what is undefined is not given, and has a default
      if (value === undefined) continue;
      for (const [name, call] of [
        ["allocate", () => arena.allocate(v)],
        ["tryAllocate", () => arena.tryAllocate(v)],
        ["alignment", () => arena.allocate(8, v)],
        ["resize", () => arena.resize(a, v)],
        ["reallocate", () => arena.reallocate(a, v)],
        ["count", () => arena.freeMany(new Int32Array(4), v)],
        ["allocateMany", () => arena.allocateMany(v, new Int32Array(4))],
      ] as const) {
        expect(call, `${name} ${label(value)}`).toThrow();
        expectCoded(call, `${name} ${label(value)}`);
      }
    }
    expect(arena.stats()).toEqual(before);
    arena.verify();
  });
});

describe("checkpoints", () => {
  test("what is none", () => {
    const arena = new Arena({ capacity: 4096 });
    arena.checkpoint();
    arena.allocate(8);
    for (const value of values) {
      const call = () => arena.rewind(value as never);
      expect(call, label(value)).toThrow(/^invalid checkpoint: /);
      expectCoded(call, label(value));
    }
    expect(() => arena.rewind(undefined as never)).toThrow("invalid checkpoint: undefined is no object");
    const forged = [{ depth: 0 }, { depth: "length" }, { depth: "constructor", moment: undefined }, { depth: -1 }];
    for (const value of forged)
      expect(() => arena.rewind(value as never)).toThrow(/^invalid checkpoint: at undefined,/);
    expect(arena.stats().blocks).toBe(1);
  });

  test("what is that of another arena, at the same place, or only looks like one", () => {
    const [arena, other] = [new Arena({ capacity: 4096 }), new Arena({ capacity: 4096 })];
    const mark = arena.checkpoint();
    const foreign = other.checkpoint();
    arena.allocate(8);
    const { offset, last, depth } = mark;
    for (const value of [foreign, { offset, last, depth } as Checkpoint, structuredClone({ offset, last, depth })]) {
      expect(() => arena.rewind(value as Checkpoint)).toThrow(
        "invalid checkpoint: at 8, rewound, freed or reset below it since",
      );
    }
    expect(arena.stats().blocks).toBe(1);
    arena.rewind(mark);
    expect(arena.stats().blocks).toBe(0);
  });

  test("a getter that throws", () => {
    const arena = new Arena({ capacity: 4096 });
    const mark = arena.checkpoint();
    arena.allocate(8);
    const broken = new Proxy(mark, {
      get() {
        throw new Error("mine");
      },
    });
    expect(() => arena.rewind(broken)).toThrow("mine");
    expect(arena.stats().blocks).toBe(1);
  });
});

test.each([1n, null, "", "ZERO", 0, Symbol("zero"), {}, { toJSON: () => "zero" }])("reset(%o)", (mode) => {
  const arena = new Arena({ capacity: 4096 });
  arena.allocate(8);
  expect(() => arena.reset(mode as never)).toThrow(/^invalid mode: .+ is not one of "retain", "zero"$/);
  expect(arena.stats().blocks).toBe(1);
});

test("values of any kind to a TickArena", async () => {
  const ticks = new TickArena({ frequency: 100, bytesPerTick: 64 });
  for (const value of values) {
    const v = value as never;
    for (const call of [() => ticks.harmonic(v), () => ticks.due(v), () => ticks.frameOf(v), () => ticks.ownerOf(v)]) {
      expectCoded(call, label(value));
    }
    for (const name of [
      "frequency",
      "bytesPerTick",
      "harmonics",
      "frames",
      "checked",
      "memory",
      "buffer",
      "byteOffset",
    ]) {
      expectCoded(() => new TickArena({ frequency: 100, bytesPerTick: 64, [name]: value }), `${name} ${label(value)}`);
    }
    for (const name of ["ticks", "seconds", "beats", "signal", "spin", "late", "clock"]) {
      if (value === undefined) continue;
      const clock = new FakeClock();
      const run = ticks.run(() => false, { clock, [name]: value });
      const caught = await clock.drive(run).then(
        () => undefined,
        (error) => error,
      );
      if (caught !== undefined) expect(caught, `${name} ${label(value)}`).toBeInstanceOf(AllocatorError);
    }
    const error = await ticks.run(typeof value === "function" ? (0 as never) : v).catch((e) => e);
    expect(error, label(value)).toBeInstanceOf(AllocatorError);
  }
});

test("a report that is none", async () => {
  const { report } = await record(ticksOf(), { ticks: 1 }, new FakeClock());
  expect(formatReport(report)).toContain("4 beats");
  for (const value of values) {
    expectCoded(() => formatReport(value as never), label(value));
    expect(() => formatReport(value as never), label(value)).toThrow();
    for (const part of ["frequency", "drift", "deviation", "period", "work"]) {
      expectCoded(() => formatReport({ ...report, [part]: value }), `${part} ${label(value)}`);
    }
    expectCoded(() => formatReport({ ...report, work: { ...report.work, p99: value as never } }), label(value));
  }
  expect(() => formatReport({ ...report, beats: "4" as never })).toThrow('invalid report.beats: "4" is no number');
  expect(() => formatReport({ ...report, work: null as never })).toThrow("invalid work: null is no object");
  expect(() => formatReport({ ...report, period: {} as never })).toThrow("invalid period.mean: undefined is no number");
});

describe("lists that lie in the arena's own memory", () => {
  test.each<[string, () => Arena | FrameArena]>([
    ["Arena", () => new Arena({ capacity: 4096 })],
    ["FrameArena", () => new FrameArena({ capacity: 4096 })],
  ])("%s", (_, make) => {
    const arena = make();
    const list = view(arena, arena.allocate(64), Int32Array, 16);
    expect(arena.allocateMany(24, list)).toBe(16);
    const offsets = [...list];
    expect(offsets).toEqual(Array.from({ length: 16 }, (_, i) => 72 + 24 * i));
    list[9] = list[3];
    expect(() => arena.freeMany(list)).toThrow(`double free: the block at offset ${offsets[3]} is free already`);
    expect(arena.stats().blocks).toBe(17);
    list[9] = offsets[9];
    // the list's own block among them
    list[4] = 8;
    arena.freeMany(list);
    expect(arena.stats().blocks).toBe(1);
    arena.verify();
    expect(arena.sizeOf(offsets[4])).toBe(24);
  });
});

test("a list that was transferred away has no offsets", () => {
  const frames = new FrameArena({ capacity: 64 });
  const list = Int32Array.of(8, 16);
  structuredClone(list.buffer, { transfer: [list.buffer] });
  frames.freeMany(list);
  expect(() => frames.freeMany(list, 1)).toThrow("invalid count: 1 is not a whole number from 0 to 0");
});

test("proxies that were revoked", async () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const revoked = proxy as never;
  const arena = new Arena({ capacity: 64 });
  const ticks = new TickArena({ frequency: 60, bytesPerTick: 1 });
  const refused = { code: "ERR_INVALID_ARGUMENT" };
  for (const call of [
    () => new Arena(revoked),
    () => new Arena({ memory: revoked }),
    () => new TickArena({ frequency: 60, bytesPerTick: 1, harmonics: revoked }),
    () => arena.freeMany(revoked),
    () => arena.allocateMany(8, revoked),
    () => arena.rewind(revoked),
    () => formatReport(revoked),
  ]) {
    expect(call).toThrow(expect.objectContaining(refused));
  }
  for (const options of [revoked, { clock: revoked }, { signal: revoked }]) {
    await expect(ticks.run(() => {}, options)).rejects.toMatchObject(refused);
  }
});
