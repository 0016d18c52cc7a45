import { describe, expect, test } from "vitest";
import { type ClaimLine, claimsOf, line, ratioOf } from "../../src/report/ariax/claims.ts";
import { claimed, measured } from "../../src/report/ariax/format.ts";
import type { Answers } from "../../src/workloads/scenarios/rows.ts";
import { observation, of, reportOf, stopped } from "./ariax-fixture.ts";

describe("the ratio of two subjects", () => {
  const answers = (slow: Parameters<typeof of>[2], fast: number, loop = 0): Answers => [
    of("states", "slow", slow),
    of("states", "fast", observation(fast)),
    of("states", "loop", observation(loop)),
  ];

  test("is that of the whole times where both are whole", () => {
    expect(ratioOf(answers(observation(1000), 10), "states", "slow", "fast")).toBe(100);
  });

  test("is over the same events where one was stopped", () => {
    // A quarter in 1,000 ms, and the other's quarter in 2.5.
    expect(ratioOf(answers(stopped(1000), 10), "states", "slow", "fast")).toBe(400);
  });

  test("is not flattered by what the fast one does in the rest", () => {
    const late = observation(10, { marks: Array.from({ length: 256 }, (_, m) => (m < 64 ? 8 : 10)) });
    const all = [of("states", "slow", stopped(1000)), of("states", "fast", late)];
    expect(ratioOf(all, "states", "slow", "fast")).toBe(125);
  });

  test("net of the loop takes that off both sides, of the same events", () => {
    expect(ratioOf(answers(stopped(1000), 10, 6), "states", "slow", "fast", "loop")).toBe(998.5 / 1);
  });

  test("is none where nothing is left, or one is not there, or did nothing", () => {
    expect(ratioOf(answers(observation(9), 5, 5), "states", "slow", "fast", "loop")).toBeUndefined();
    expect(ratioOf(answers({ error: "x" }, 5), "states", "slow", "fast")).toBeUndefined();
    expect(ratioOf(answers(stopped(9, { marks: [] }), 5), "states", "slow", "fast")).toBeUndefined();
    expect(ratioOf([], "states", "slow", "fast")).toBeUndefined();
  });

  test("is of the medians of several processes", () => {
    const all = [10, 30, 20].map((ms, i) => of("states", "fast", observation(ms), i));
    expect(ratioOf([of("states", "slow", observation(100)), ...all], "states", "slow", "fast")).toBe(5);
  });
});

describe("a line", () => {
  const verdict = (...values: number[]) =>
    line(
      "x",
      "%",
      values.map((value) => ({ of: "s", value })),
      [15, 20],
    )[0]!.verdict;

  test("agrees with the claim, is above, below, or both", () => {
    expect([
      verdict(15, 17, 20),
      verdict(20, 99),
      verdict(-3, 15),
      verdict(10, 17),
      verdict(17, 90),
      verdict(1, 99),
    ]).toEqual(["as claimed", "more", "less", "mixed", "mixed", "mixed"]);
  });

  test("has the geometric mean of factors, the arithmetic of parts", () => {
    const values = [2, 8].map((value) => ({ of: "s", value }));
    expect(line("x", "×", values, [50, 100])[0]).toMatchObject({ low: 2, high: 8, mean: 4 });
    expect(line("x", "%", values, [60, 80])[0]).toMatchObject({ low: 2, high: 8, mean: 5 });
  });

  test("is none without a value", () => expect(line("x", "×", [], [1, 2])).toEqual([]));

  test("is never rounded up", () => {
    const times = (value: number) => claimed({ unit: "×" }, value);
    const parts = (value: number) => claimed({ unit: "%" }, value);
    expect([9.99, 49.99, 1234.9, 0.96].map(times)).toEqual(["9.9×", "49×", "1,234×", "0.9×"]);
    expect([19.99, 99.49, 99.96, -0.01, -3.21, -33.4].map(parts)).toEqual([
      ...["19 %", "99.4 %", "99.9 %", "−0.1 %", "−3.3 %", "−34 %"],
    ]);
  });

  test("is shown by its range and mean, or as the one value that it has", () => {
    const of = (...values: number[]): ClaimLine =>
      line(
        "x",
        "×",
        values.map((value) => ({ of: "s", value })),
        [1, 2],
      )[0]!;
    expect(measured(of(12.7))).toBe("12×");
    expect(measured(of(10, 1000))).toBe("10× to 1,000×, mean 100×");
  });
});

describe("the claims", () => {
  const { claims } = reportOf();
  const values = (what: string) =>
    claims
      .find((claim) => claim.what === what)!
      .lines.map((one) => [
        one.what,
        one.values.map(({ of: where, value }) => `${where} ${value.toFixed(2)}`),
        one.verdict,
      ]);

  test("are AriaX's three, each with how it is measured", () => {
    expect(claims.map(({ what, claimed: theirs, command }) => [what, theirs, command])).toEqual([
      ["tick stability", "+15–20 %", "pnpm bench ariax --scenario real-time"],
      ["allocation", "50–100×", "pnpm bench ariax --subject phase-2,phase-2.1,ariax"],
      ["whole system", "60–80 %", "pnpm bench ariax --subject phase-1,phase-2,phase-2.1,ariax"],
    ]);
  });

  test("of ticks are by frequency", () => {
    expect(values("tick stability")).toEqual([
      ["p99 of the deviation", ["60 Hz 17.00"], "as claimed"],
      ["largest deviation", ["60 Hz -10.00"], "less"],
      ["mean deviation", ["60 Hz 50.00"], "more"],
    ]);
  });

  test("of allocation are net and gross, by scenario, over the events that both did", () => {
    // Phase 2: a quarter in 1,000 ms; phase 2.1 30, ariax 25, the loop 5.
    expect(values("allocation")).toEqual([
      ["phase 2 ÷ phase 2.1, net", [`states ${(995 / 25).toFixed(2)}`], "less"],
      ["phase 2 ÷ ariax, net", [`states ${(995 / 20).toFixed(2)}`], "less"],
      ["phase 2 ÷ phase 2.1, gross", [`states ${(1000 / 30).toFixed(2)}`], "less"],
      ["phase 2 ÷ ariax, gross", ["states 40.00"], "less"],
    ]);
  });

  test("of the whole system are parts of the old one's time", () => {
    expect(values("whole system")).toEqual([
      ["phase 2 → phase 2.1", ["states 97.00"], "more"],
      ["phase 2 → ariax", ["states 97.50"], "more"],
      ["phase 1 → phase 2.1", ["states 70.00"], "as claimed"],
      // Of serving a quarter: 2.5 ms of 20.
      ["phase 1 → ariax", ["states 75.00", "serving 87.50"], "mixed"],
    ]);
  });

  test("that were not measured have no lines", () => {
    expect(claimsOf([], []).map(({ lines }) => lines)).toEqual([[], [], []]);
  });
});
