import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ALLOCATE,
  describeScenario,
  describe as describeTrace,
  FREE,
  type TickScenario,
  tick,
} from "../../src/index.ts";
import { beatsOf } from "../../src/scenarios/beats.ts";
import { eachBlock, stepOfEvents } from "./blocks.ts";

/** Each block must end at the beginning of the step at which its harmonic rotates for the `frames`-th time. */
function wrongLives(scenario: TickScenario): string[] {
  const { frames, harmonics, due, steps, trace } = scenario;
  const stepOf = stepOfEvents(scenario);
  /** By harmonic: the steps at whose start it rotates; by step and harmonic: how many of them have been, it included. */
  const rotations = harmonics.map((_, h) => Array.from(due.keys()).filter((step) => (due[step] >> h) & 1));
  const until = harmonics.map((_, h) => {
    let count = 0;
    return Array.from(due, (bits) => (count += (bits >> h) & 1));
  });
  const wrong: string[] = [];
  let [ended, stayed, lastDied, lastBorn, lastOwner] = [0, 0, -1, -1, -1];
  eachBlock(scenario, ({ owner, born, died }) => {
    const end = rotations[owner][until[owner][stepOf[born]] - 1 + frames];
    if (died < 0) {
      stayed++;
      if (end !== undefined) wrong.push(`the block of event ${born} lives on after step ${end}`);
      return;
    }
    ended++;
    if (stepOf[died] !== end) wrong.push(`the block of event ${born} ends in step ${stepOf[died]}, not ${end}`);
    // In order of birth, harmonic by harmonic?
    const together = lastDied >= 0 && stepOf[lastDied] === stepOf[died];
    if (together && (owner < lastOwner || (owner === lastOwner && born < lastBorn)))
      wrong.push(`event ${died} is early`);
    [lastDied, lastBorn, lastOwner] = [died, born, owner];
  });
  for (let step = 0; step < steps.length; step++) {
    const begin = step === 0 ? 0 : steps[step - 1];
    const ops = trace.op.subarray(begin, steps[step]);
    // Frees, and then nothing but births?
    if (ops.includes(ALLOCATE) && ops.lastIndexOf(FREE) > ops.indexOf(ALLOCATE))
      wrong.push(`step ${step}: a late free`);
  }
  expect(ended + stayed).toBe(trace.allocations);
  return wrong.slice(0, 5);
}

describe("beatsOf", () => {
  test.each([
    [[1], "0/1:1"],
    [[1, 2], "0/1:11 1/2:10"],
    [[1, 2, 3], "0/1:111 1/3:100 1/2:10 2/3:100"],
    [[2, 4], "0/1:11 1/4:10 1/2:11 3/4:10"],
    [[1, 2, 3, 4, 6], "0/1:11111 1/6:10000 1/4:1000 1/3:10100 1/2:11010 2/3:10100 3/4:1000 5/6:10000"],
  ])("%j", (harmonics, expected) => {
    expect(
      beatsOf(harmonics)
        .map(({ at, of, due }) => `${at}/${of}:${due.toString(2)}`)
        .join(" "),
    ).toBe(expected);
  });

  test("all moments of all harmonics, each once, ascending, and due just there", () => {
    const lists = fc.uniqueArray(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(lists, (list) => {
        const harmonics = list.sort((a, b) => a - b);
        const beats = beatsOf(harmonics);
        // Over the product of all harmonics, in big integers.
        const whole = harmonics.reduce((product, k) => product * BigInt(k), 1n);
        const places = beats.map(({ at, of }) => (BigInt(at) * whole) / BigInt(of));
        const moments = new Set(
          harmonics.flatMap((k) => Array.from({ length: k }, (_, j) => (BigInt(j) * whole) / BigInt(k))),
        );
        expect(new Set(places)).toEqual(moments);
        expect(places.length).toBe(moments.size);
        for (const [b, place] of places.entries()) {
          if (b > 0) expect(place > places[b - 1]).toBe(true);
          const due = harmonics.reduce((bits, k, h) => bits | ((place * BigInt(k)) % whole === 0n ? 1 << h : 0), 0);
          expect(beats[b].due).toBe(due);
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe("at 3.14159 Hz with harmonics 1, 2 and 3, for 60 s", () => {
  const scenario = tick({ blocksPerSecond: 5000 });
  const { trace, steps, due } = scenario;

  test("four steps a period: 188 periods, and two beats of the last", () => {
    expect(scenario).toMatchObject({ frequency: 3.14159, frames: 2, harmonics: [1, 2, 3], owners: ["1f", "2f", "3f"] });
    expect(steps.length).toBe(188 * 4 + 2);
    expect(due.length).toBe(steps.length);
    expect([...due.subarray(0, 6)]).toEqual([0b111, 0b100, 0b010, 0b100, 0b111, 0b100]);
    expect(scenario.period).toBe(1 / (4 * 3.14159));
    expect(scenario.period * steps.length).toBeCloseTo(60, 0);
  });

  test("a block lives until its harmonic has rotated twice, to the event", () => {
    expect(trace.frees).toBeGreaterThan(297_000);
    expect(wrongLives(scenario)).toEqual([]);
  });

  test("300,000 blocks arrive evenly, spread evenly over the harmonics", () => {
    expect(trace).toMatchObject({ allocations: 300_000, reallocations: 0 });
    const births = [...steps].map((end, s) => {
      const ops = trace.op.subarray(s === 0 ? 0 : steps[s - 1], end);
      return ops.reduce((count, op) => count + Number(op !== FREE), 0);
    });
    // Of the period: a third, a sixth, a sixth, a third. The last step is cut off.
    const all = 5000 / 3.14159;
    for (let s = 0; s < births.length - 1; s++) {
      expect(Math.abs(births[s] - all * [1 / 3, 1 / 6, 1 / 6, 1 / 3][s % 4])).toBeLessThanOrEqual(1);
    }
    for (const { allocations } of describeScenario(scenario).owners) expect(allocations / 100_000).toBeCloseTo(1, 2);
  });

  test("sizes from 16 to 1,024 bytes, half of them up to 48", () => {
    const { sizes } = describeTrace(trace);
    expect([sizes.p50, sizes.p90, sizes.max]).toEqual([48, 216, 1024]);
    const births = Int32Array.from(trace.size).filter((_, e) => trace.op[e] === ALLOCATE);
    expect(births.reduce((a, b) => Math.min(a, b))).toBe(16);
  });
});

test.each([60, 144, 1000])("at %s Hz: as many periods as there are ticks in the time", (frequency) => {
  const scenario = tick({ frequency, seconds: 2 });
  expect(scenario.steps.length).toBe(2 * frequency * 4);
  expect(scenario.trace.allocations).toBe(40_000);
  expect(scenario.period).toBe(1 / (4 * frequency));
  expect(wrongLives(scenario)).toEqual([]);
});

test("any harmonics, frames and frequencies: lives are exact", () => {
  const options = fc.record({
    seed: fc.nat(),
    frequency: fc.double({ min: 0.5, max: 50, noNaN: true }),
    harmonics: fc
      .uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 })
      .map((list) => list.sort((a, b) => a - b)),
    frames: fc.integer({ min: 1, max: 5 }),
    seconds: fc.double({ min: 0.1, max: 3, noNaN: true }),
    blocksPerSecond: fc.integer({ min: 1, max: 2000 }),
  });
  let ended = 0;
  fc.assert(
    fc.property(options, (some) => {
      const scenario = tick(some);
      expect(scenario.trace.allocations).toBe(Math.round(some.seconds * some.blocksPerSecond));
      expect(wrongLives(scenario)).toEqual([]);
      ended += scenario.trace.frees;
    }),
    { seed: 1, numRuns: 100 },
  );
  expect(ended).toBeGreaterThan(10_000);
});

test("the scale multiplies the seconds", () => {
  const { steps, trace } = tick({ frequency: 10, seconds: 4, scale: 0.25, harmonics: [1] });
  expect(steps.length).toBe(10);
  expect(trace.allocations).toBe(20_000);
});

test("a time without a block is one step", () => {
  const { steps, due, trace } = tick({ seconds: 1e-6 });
  expect([steps.length, due.length, trace.events]).toEqual([1, 1, 0]);
});

test("the list of harmonics is a copy", () => {
  const harmonics = [1, 2];
  const scenario = tick({ harmonics, seconds: 1 });
  harmonics.push(3);
  expect(scenario.harmonics).toEqual([1, 2]);
});
