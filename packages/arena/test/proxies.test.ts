/** A call through a proxy does what the call on the object does: each is compared with a twin that has none. */
import { AllocatorError, view } from "@ariax/allocator";
import { reactive, readonly, shallowReadonly } from "@vue/reactivity";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Arena, type Checkpoint, FrameArena, TickArena } from "../src/index.ts";
import { FakeClock } from "./tick/fake-clock.ts";

const proxies: [string, <T extends object>(target: T) => T][] = [
  ["a plain proxy", (target) => new Proxy(target, {})],
  ["Vue's reactive", (target) => reactive(target) as typeof target],
  ["Vue's readonly", (target) => readonly(target) as typeof target],
  ["Vue's shallowReadonly", (target) => shallowReadonly(target)],
  ["a proxy that takes no write", (target) => new Proxy(target, { set: () => false })],
];

// Vue's, at each write to what it lets nobody write.
beforeAll(() => void vi.spyOn(console, "warn").mockImplementation(() => {}));
afterAll(() => void vi.restoreAllMocks());

/** What the calls did: results, errors, bytes, stats. */
function outcome<T extends { stats(): unknown; verify(): void; memory: { buffer: ArrayBufferLike } }>(
  target: T,
  calls: readonly ((target: T) => unknown)[],
): unknown[] {
  const results = calls.map((call) => {
    try {
      return call(target);
    } catch (error) {
      return `${error}`;
    }
  });
  target.verify();
  return [results, target.stats(), new Uint8Array(target.memory.buffer.slice(0))];
}

const offsets = (n: number) => new Int32Array(n);
const shown = ({ offset, last, depth }: Checkpoint) => [offset, last, depth];

describe.each(proxies)("through %s", (_, wrap) => {
  const same = <T extends Parameters<typeof outcome>[0]>(make: () => T, calls: readonly ((target: T) => unknown)[]) => {
    const raw = make();
    expect(outcome(wrap(raw), calls)).toEqual(outcome(make(), calls));
    raw.verify();
  };

  test("Arena", () => {
    const out = offsets(20);
    same<Arena>(
      () => new Arena({ capacity: 4096 }),
      [
        (a) => [a.capacity, a.traits, a.highWater],
        (a) => [a.allocate(10), a.allocate(300, 64), a.tryAllocate(5000), a.tryAllocate(8)],
        (a) => [a.resize(8, 400), a.resize(8, 16), a.reallocate(8, 100), a.sizeOf(64), a.isLive(64), a.isLive(72)],
        (a) => view(a, 64, Uint8Array, 8).fill(9),
        (a) => [a.allocateMany(16, out), ...out],
        (a) => a.freeMany(out, 7),
        (a) => a.freeMany(out),
        (a) => a.freeMany(out.subarray(9, 12)),
        (a) => [a.free(64), a.checkpoint().offset],
        (a) => a.free(64),
        (a) => a.free(65),
        (a) => a.allocate(-1),
        (a) => a.allocate(1e6),
        (a) => [a.reset("zero"), a.allocate(24), a.highWater],
        (a) => a.reset(),
      ],
    );
  });

  test("checkpoints, nested, from either side", () => {
    const raw = new Arena({ capacity: 4096 });
    const arena = wrap(raw);
    const outer = arena.checkpoint();
    arena.allocate(8);
    const inner = raw.checkpoint();
    expect(shown(arena.checkpoint())).toEqual(shown(inner));
    arena.allocate(100);
    arena.rewind(arena.checkpoint());
    expect(arena.stats().blocks).toBe(2);
    arena.rewind(wrap(inner));
    expect(raw.stats().blocks).toBe(1);
    raw.allocate(8);
    arena.checkpoint().dispose();
    wrap(inner).dispose();
    expect(raw.stats().blocks).toBe(1);
    raw.rewind(outer);
    expect(raw.stats().blocks).toBe(0);
    for (const void_ of [inner, wrap(inner)]) {
      for (const use of [() => arena.rewind(void_), () => raw.rewind(void_), () => void_.dispose()]) {
        expect(use).toThrow("invalid checkpoint: at 16, rewound, freed or reset below it since");
      }
    }
    {
      using _scratch = arena.checkpoint();
      arena.allocate(8);
      using _nested = wrap(arena.checkpoint());
      arena.allocate(8);
    }
    expect(raw.stats().blocks).toBe(0);
    raw.verify();
  });

  test.each([false, true])("FrameArena, checked: %s", (checked) => {
    const out = offsets(8);
    const refs: number[] = [];
    same<FrameArena>(
      () => new FrameArena({ capacity: 1000, frames: 2, checked }),
      [
        (f) => [f.capacity, f.frames, f.frame, f.traits],
        (f) => [f.allocate(16), f.tryAllocate(40, 64), f.tryAllocate(2000)],
        (f) => view(f, 8, Uint8Array, 16).fill(3),
        (f) => [(refs[0] = f.ref(8)), f.nextFrame(), f.sizeOf(8), f.check(refs[0] as never)],
        (f) => [f.resize(64, 48), f.reallocate(8, 100), f.free(64)],
        (f) => [f.allocateMany(8, out), ...out],
        (f) => f.freeMany(out.subarray(0, 3)),
        (f) => f.freeMany(out),
        (f) => [f.nextFrame(), f.allocate(8)],
        (f) => f.check(refs[0] as never),
        (f) => f.sizeOf(8),
        (f) => f.free(1016),
        (f) => [f.reset(), f.frame],
        (f) => [f.allocate(24), f.frame],
      ],
    );
  });

  test("TickArena", () => {
    same<TickArena>(
      () => new TickArena({ frequency: 100, bytesPerTick: 4096, harmonics: 3 }),
      [
        (t) => [t.frequency, t.period, t.harmonics, t.frames, t.blockSize, t.base, t.byteLength, t.beatsPerPeriod],
        (t) => [t.harmonic(2).allocate(100), t.fundamental.allocate(8), t.frameOf(t.base), t.due(1), t.time],
        (t) => [t.tick(), t.tick(), t.beat, t.due(2), t.time, t.harmonic(3).frame],
        (t) => [t.ownerOf(t.base)?.frame, t.ownerOf(0), t.stats()],
        (t) => t.harmonic(4),
        (t) => [t.reset(), t.tick()],
      ],
    );
  });

  test("TickArena.run", async () => {
    const raw = new TickArena({ frequency: 100, bytesPerTick: 4096, harmonics: 2 });
    const ticks = wrap(raw);
    const [clock, other] = [new FakeClock(), new FakeClock()];
    const seen: unknown[] = [];
    const run = ticks.run((t) => seen.push([t === ticks, t.beat, t.harmonic(2).allocate(8)]), { ticks: 3, clock });
    expect(() => raw.tick()).toThrow("nested tick: tick() was called inside of a tick");
    await expect(ticks.run(() => {})).rejects.toThrow("nested tick: run() was called inside of a tick");
    const report = await clock.drive(run);
    const twin = new TickArena({ frequency: 100, bytesPerTick: 4096, harmonics: 2 });
    const expected: unknown[] = [];
    const again = twin.run((t) => expected.push([t === twin, t.beat, t.harmonic(2).allocate(8)]), {
      ticks: 3,
      clock: other,
    });
    expect([report, seen, raw.stats()]).toEqual([await other.drive(again), expected, twin.stats()]);
    expect([ticks.tick(), raw.beat]).toEqual([7, 7]);
  });
});

/** Everything there is of an object, but the field that is changed to see whether it can be, and an arena in its checkpoints. */
function state(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, it) => (key === "turn" || key === "arena" ? 0 : it)));
}

/** One of `calls` after the other on a new object each, through a proxy that throws at its k-th access, for each k. */
function thrown<T extends object>(make: () => T, calls: readonly ((target: T) => unknown)[]): void {
  for (const call of calls) {
    for (let k = 1, done = false; !done; k++) {
      const raw = make();
      const before = state(raw);
      let left = k;
      const get = (target: T, key: string | symbol, self: unknown) => {
        if (--left === 0) throw new Error("the proxy's");
        return Reflect.get(target, key, self);
      };
      try {
        call(new Proxy(raw, { get }));
        done = true; // it has fewer accesses
      } catch (error) {
        expect(error).toEqual(new Error("the proxy's"));
        expect(state(raw), `${call}, access ${k}`).toEqual(before);
      }
    }
  }
}

test("through a proxy that throws, nothing is changed by a call that fails", () => {
  let mark: Checkpoint;
  const arena = () => {
    const made = new Arena({ capacity: 4096 });
    made.allocate(8);
    mark = made.checkpoint();
    made.allocateMany(16, offsets(3));
    return made;
  };
  thrown<Arena>(arena, [
    (a) => a.allocate(8),
    (a) => a.tryAllocate(300, 64),
    (a) => a.allocateMany(8, offsets(3)),
    (a) => a.resize(48, 400),
    (a) => a.reallocate(8, 100),
    (a) => a.free(16),
    (a) => a.free(48),
    (a) => a.freeMany(Int32Array.of(8, 16, 48)),
    (a) => a.checkpoint(),
    (a) => a.rewind(mark),
    (a) => a.reset("zero"),
  ]);
  const frames = () => {
    const made = new FrameArena({ capacity: 1024, checked: true });
    made.allocate(8);
    return made;
  };
  thrown<FrameArena>(frames, [
    (f) => f.allocate(8),
    (f) => f.free(8),
    (f) => f.freeMany(Int32Array.of(8)),
    (f) => f.reallocate(8, 100),
    (f) => f.nextFrame(),
    (f) => f.reset(),
  ]);
  thrown<TickArena>(
    () => new TickArena({ frequency: 100, bytesPerTick: 4096, harmonics: 2 }),
    [(t) => t.tick(), (t) => t.reset(), (t) => t.harmonic(2).allocate(8)],
  );
});

describe.each<[string, <T extends object>(target: T) => T]>([["Object.freeze", (target) => Object.freeze(target)]])(
  "through %s, nothing is changed by a call that can't write",
  (_, wrap) => {
    const refuses = <T extends object>(make: () => T, calls: readonly ((target: T) => unknown)[]) => {
      for (const call of calls) {
        const raw = make();
        const before = state(raw);
        const wrapped = wrap(raw);
        let error: unknown;
        try {
          call(wrapped);
        } catch (caught) {
          error = caught;
        }
        expect(error, `${call}`).toBeInstanceOf(AllocatorError);
        expect(error).toMatchObject({
          code: "ERR_UNSUPPORTED",
          message: "unsupported: an object that is frozen: it can't be changed",
        });
        expect(state(raw), `${call}`).toEqual(before);
      }
    };

    test("Arena", () => {
      let mark: Checkpoint;
      const make = () => {
        const arena = new Arena({ capacity: 512 });
        arena.allocate(8);
        mark = arena.checkpoint();
        arena.allocate(16);
        return arena;
      };
      refuses<Arena>(make, [
        (a) => a.allocate(8),
        (a) => a.tryAllocate(300, 64),
        (a) => a.allocateMany(8, offsets(3)),
        (a) => a.resize(16, 400),
        (a) => a.reallocate(8, 100),
        (a) => a.free(16),
        (a) => a.freeMany(Int32Array.of(8, 16)),
        (a) => a.checkpoint(),
        (a) => a.rewind(mark),
        (a) => a.reset("zero"),
      ]);
    });

    test("FrameArena, TickArena", () => {
      refuses(
        () => new FrameArena({ capacity: 64, checked: true }),
        [(f) => f.nextFrame(), (f) => f.reset(), (f) => f.freeMany(offsets(0))],
      );
      refuses(() => new TickArena({ frequency: 100, bytesPerTick: 64, harmonics: 2 }), [(t) => t.tick()]);
    });

    test("what asks only is answered", () => {
      const raw = new Arena({ capacity: 512 });
      const arena = wrap(raw);
      expect([arena.stats(), arena.highWater, arena.isLive(8), arena.verify()]).toEqual([
        raw.stats(),
        8,
        false,
        undefined,
      ]);
    });
  },
);
