import { describe, expect, test } from "vitest";
import { combine, intervalOf, ratiosIn } from "../../src/report/latest/ratios.ts";
import type { Observed } from "../../src/worker/protocol.ts";

const at = (subject: string, workload = "git") => ({ subject, workload });
const of = (round: number, subject: string, best: number, more: object = {}, workload = "git"): Observed => ({
  ...{ kind: "heap", subject, workload, round },
  observation: { time: { stopped: false, best, turns: [best], first: 2 * best }, ...more },
});
const stopped = (round: number, subject: string, atLeast: number): Observed => ({
  ...{ kind: "heap", subject, workload: "git", round },
  observation: { time: { stopped: true, atLeast, soFar: 2 * atLeast, done: 1, events: 2 } },
});
/** Three matches: the machine becomes slower, and the ratio stays. */
const DRIFTING = [1, 2, 1.5].flatMap((pace, round) => [
  ...[of(round, "slab", 10 * pace), of(round, "nothing", 2 * pace)],
  ...[of(round, "mimalloc", 5 * pace), of(round, "nothing-c", pace)],
]);

describe("a ratio", () => {
  test("is that of the least times, and of each match", () => {
    expect(ratiosIn(DRIFTING).of(at("slab"), at("mimalloc"))).toEqual({ value: 2, matches: [2, 2, 2] });
  });

  test("net takes each side's own loop off", () => {
    expect(ratiosIn(DRIFTING).of(at("slab"), at("mimalloc"), "net")).toEqual({ value: 2, matches: [2, 2, 2] });
    const slow = DRIFTING.map((one) => (one.subject === "nothing-c" && one.round === 1 ? of(1, "nothing-c", 12) : one));
    // Net, one of the matches is unusable, and the least is not.
    expect(ratiosIn(slow).of(at("slab"), at("mimalloc"), "net")).toEqual({ value: 2, matches: [2, 2] });
  });

  test("is of the matches only that both were in", () => {
    const all = [...DRIFTING, of(3, "slab", 0.1), of(4, "mimalloc", 0.1)];
    expect(ratiosIn(all).of(at("slab"), at("mimalloc"))).toEqual({ value: 2, matches: [2, 2, 2] });
    expect(ratiosIn([of(0, "slab", 1), of(1, "mimalloc", 1)]).of(at("slab"), at("mimalloc"))).toBeUndefined();
  });

  test("of one that was stopped is a bound, of the one match that it was in", () => {
    const all = [...DRIFTING, stopped(0, "thi.ng", 500)];
    expect(ratiosIn(all).of(at("thi.ng"), at("slab"))).toEqual({ value: 50, matches: [50] });
  });

  test("can be of two workloads, and of what is written", () => {
    const all = [of(0, "native-c", 90, {}, "one-by-one"), of(0, "native-c", 15, {}, "bulk")];
    expect(ratiosIn(all).of(at("native-c", "one-by-one"), at("native-c", "bulk"))!.value).toBe(6);
    const written = [of(0, "engine-c", 4, { touched: { best: 9 } }), of(0, "mimalloc", 4, { touched: { best: 3 } })];
    const is = { isWritten: true };
    expect(ratiosIn(written).of({ ...at("engine-c"), ...is }, { ...at("mimalloc"), ...is })!.value).toBe(3);
  });

  test("is none where a side has no time, or nothing but noise is left of it", () => {
    const { of: ratio } = ratiosIn([...DRIFTING, of(0, "engine-c", 1)]);
    expect(ratio(at("wasm"), at("slab"))).toBeUndefined();
    expect(ratio(at("engine-c"), at("mimalloc"), "net")).toBeUndefined();
    expect(ratiosIn([{ ...of(0, "slab", 1), observation: { error: "x" } }]).of(at("slab"), at("slab"))).toBeUndefined();
  });

  test("the dearest by the cheapest of several", () => {
    const sizes = ["1k", "10k", "1m"].map((live) => at("slab", live));
    const all = [3, 9, 6].flatMap((best, i) => [
      of(0, "slab", best, {}, sizes[i]!.workload),
      of(0, "nothing", 1, {}, sizes[i]!.workload),
    ]);
    expect(ratiosIn(all).spread(sizes)).toEqual({ value: 4, matches: [4] });
    expect(ratiosIn(all.slice(2)).spread(sizes)).toBeUndefined();
  });
});

describe("several ratios", () => {
  const two = [
    { value: 2, matches: [2, 3, 1] },
    { value: 8, matches: [8, 12] },
  ];

  test("are combined, the matches one by one", () => {
    expect(combine(two, "mean")).toEqual({ value: 4, matches: [4, 6] });
    expect(combine(two, "least")).toEqual({ value: 2, matches: [2, 3] });
    expect(combine(two, "most")).toEqual({ value: 8, matches: [8, 12] });
  });

  test("are none where one is missing", () => {
    expect(combine([...two, undefined], "mean")).toBeUndefined();
    expect(combine([], "mean")).toBeUndefined();
  });

  test("have an interval from two matches on", () => {
    expect(intervalOf(two[0]!)).toMatchObject({ low: 1, high: 3 });
    expect(intervalOf({ value: 1, matches: [1] })).toBeUndefined();
  });
});
