/** Runs that go wrong: callbacks that throw, ticks inside of ticks, and arguments that are none. */
import { NestedTickError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { type RunOptions, TickArena } from "../../src/index.ts";
import { FakeClock } from "./fake-clock.ts";

const ticksOf = () => new TickArena({ frequency: 100, bytesPerTick: 4096, harmonics: 2 });
const nested = (call: string) =>
  expect.objectContaining({
    name: "NestedTickError",
    code: "ERR_NESTED_TICK",
    message: `nested tick: ${call} was called inside of a tick`,
  });

/** The arena is as after `beats` of them, and can be ticked, and run, again. */
async function expectUsable(ticks: TickArena, beats: number): Promise<void> {
  expect(ticks.beat).toBe(beats);
  expect([1, 2].map((k) => ticks.harmonic(k).frame)).toEqual([Math.floor(beats / 2), beats]);
  ticks.verify();
  expect(ticks.tick()).toBe(beats + 1);
  const clock = new FakeClock();
  expect(await clock.drive(ticks.run(() => undefined, { beats: 3, clock }))).toMatchObject({ beats: 3 });
  expect(ticks.beat).toBe(beats + 4);
}

describe("what a callback throws", () => {
  test.each([new Error("mine"), "a string", undefined])("%s: the run rejects with that very value", async (error) => {
    const ticks = ticksOf();
    const clock = new FakeClock();
    const run = ticks.run(
      () => {
        if (ticks.beat === 3) throw error;
      },
      { clock },
    );
    const caught = await clock.drive(run).then(
      () => expect.fail("it resolved"),
      (reason) => [reason],
    );
    expect(caught[0]).toBe(error);
    expect([clock.isAwaited, clock.cancelled]).toEqual([false, 1]);
    await expectUsable(ticks, 3);
  });

  test("so does one whose promise is rejected", async () => {
    const ticks = ticksOf();
    const clock = new FakeClock();
    const error = new Error("mine");
    const run = ticks.run(() => (ticks.beat === 2 ? Promise.reject(error) : Promise.resolve()), { clock });
    await expect(clock.drive(run)).rejects.toBe(error);
    await expectUsable(ticks, 2);
  });

  test("a listener is taken from the signal, and its abort changes nothing more", async () => {
    const ticks = ticksOf();
    const clock = new FakeClock();
    const controller = new AbortController();
    const run = ticks.run(
      () => {
        throw new Error("mine");
      },
      { clock, signal: controller.signal },
    );
    await expect(clock.drive(run)).rejects.toThrow("mine");
    controller.abort();
    expect(clock.cancelled).toBe(1);
    await expectUsable(ticks, 1);
  });
});

describe("what a clock throws", () => {
  test.each([
    ["now", 6],
    ["wake", 3],
    ["cancel", 1],
  ] as const)("%s, at any of its calls", async (verb, calls) => {
    for (let bad = 0; bad < calls; bad++) {
      const ticks = ticksOf();
      const clock = new FakeClock();
      const original = clock[verb].bind(clock) as (...args: unknown[]) => number;
      let n = 0;
      clock[verb] = (...args: unknown[]) => {
        if (n++ >= bad) throw new Error(`${verb} is broken`);
        return original(...args);
      };
      const run = ticks.run(() => undefined, { beats: 3, clock });
      await clock.drive(run).catch(() => {});
      await expect(run).rejects.toThrow(`${verb} is broken`);
      await expectUsable(ticks, ticks.beat);
    }
  });
});

describe("nested", () => {
  test("tick() inside of a callback", async () => {
    const ticks = ticksOf();
    const clock = new FakeClock();
    const run = ticks.run(() => ticks.tick(), { clock });
    await expect(clock.drive(run)).rejects.toThrow(nested("tick()"));
    await expectUsable(ticks, 1);
  });

  test("refused, and caught there, it changes nothing", async () => {
    const ticks = ticksOf();
    const clock = new FakeClock();
    const run = ticks.run(
      () => {
        expect(() => ticks.tick()).toThrow(NestedTickError);
        return expect(ticks.run(() => undefined)).rejects.toThrow(nested("run()"));
      },
      { beats: 5, clock },
    );
    expect(await clock.drive(run)).toMatchObject({ beats: 5, missed: 0 });
    await expectUsable(ticks, 5);
  });

  test("tick() and run() while one runs and waits", async () => {
    const ticks = ticksOf();
    const clock = new FakeClock();
    const run = ticks.run(() => undefined, { beats: 2, clock });
    expect(() => ticks.tick()).toThrow(nested("tick()"));
    await expect(ticks.run(() => undefined)).rejects.toThrow(nested("run()"));
    expect(ticks.beat).toBe(0);
    await clock.drive(run);
    await expectUsable(ticks, 2);
  });

  test("another arena's ticks are not", async () => {
    const [outer, inner] = [ticksOf(), ticksOf()];
    const clock = new FakeClock();
    const run = outer.run(() => inner.tick(), { beats: 3, clock });
    await clock.drive(run);
    expect([outer.beat, inner.beat]).toEqual([3, 3]);
  });
});

describe("arguments that are none", () => {
  const whole = "is not a whole number from 1 to 9007199254740991";
  test.each<[unknown, string]>([
    [null, "invalid options: null is no object"],
    [5, "invalid options: 5 is no object"],
    [{ ticks: 0 }, `invalid ticks: 0 ${whole}`],
    [{ ticks: -0 }, `invalid ticks: -0 ${whole}`],
    [{ ticks: 1.5 }, `invalid ticks: 1.5 ${whole}`],
    [{ ticks: Number.POSITIVE_INFINITY }, `invalid ticks: Infinity ${whole}`],
    [{ beats: "3" }, `invalid beats: "3" ${whole}`],
    [{ beats: 3n }, `invalid beats: 3n ${whole}`],
    [{ beats: 2 ** 53 }, `invalid beats: 9007199254740992 ${whole}`],
    [{ seconds: 0 }, "invalid seconds: 0 is not a number above 0, up to 1.7976931348623157e+308"],
    [{ seconds: Number.NaN }, "invalid seconds: NaN is not a number above 0, up to 1.7976931348623157e+308"],
    [{ seconds: "1" }, 'invalid seconds: "1" is not a number above 0, up to 1.7976931348623157e+308'],
    [{ spin: -1 }, "invalid spin: -1 is not a number of ms from 0 to 1000"],
    [{ spin: Number.NaN }, "invalid spin: NaN is not a number of ms from 0 to 1000"],
    [{ spin: 1000.1 }, "invalid spin: 1000.1 is not a number of ms from 0 to 1000"],
    [{ spin: null }, "invalid spin: null is not a number of ms from 0 to 1000"],
    [{ late: "never" }, 'invalid late: "never" is not one of "skip", "catch-up"'],
    [{ late: Symbol("x") }, 'invalid late: Symbol(x) is not one of "skip", "catch-up"'],
    [{ signal: null }, "invalid signal: null is no AbortSignal"],
    [{ signal: {} }, "invalid signal: an object is no AbortSignal"],
    [{ signal: { aborted: false, addEventListener() {} } }, "invalid signal: an object is no AbortSignal"],
    [{ clock: null }, "invalid clock: it has no method now"],
    [{ clock: { now: () => 0 } }, "invalid clock: it has no method wake"],
    [{ clock: { now() {}, wake() {} } }, "invalid clock: it has no method cancel"],
  ])("options %o", async (options, message) => {
    const ticks = ticksOf();
    const run = ticks.run(() => undefined, options as RunOptions);
    await expect(run).rejects.toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message }));
    await expectUsable(ticks, 0);
  });

  test.each([undefined, null, 5, {}, "f"])("callback %o", async (callback) => {
    const ticks = ticksOf();
    await expect(ticks.run(callback as never)).rejects.toThrow(/^invalid callback: (.*) is no function$/);
    await expectUsable(ticks, 0);
  });
});
