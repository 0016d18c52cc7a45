import { AllocatorError } from "@ariax/allocator";
import { describe, expect, test } from "vitest";
import { components, gameFrame, type Scenario, scenarios, serving, states, tick } from "../../src/index.ts";

type Make = (options?: never) => Scenario;

/** Must be refused with just that message. */
function refuses(run: () => unknown, message: string): void {
  let error: unknown;
  try {
    run();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(AllocatorError);
  expect(error).toBeInstanceOf(RangeError);
  expect(error).toMatchObject({ code: "ERR_INVALID_ARGUMENT", message });
}

/** What is no whole number of any use, and how messages show it. */
const nonsense: [value: unknown, shown: string][] = [
  [0, "0"],
  [-0, "-0"],
  [-1, "-1"],
  [1.5, "1.5"],
  [Number.NaN, "NaN"],
  [Number.POSITIVE_INFINITY, "Infinity"],
  [2 ** 53, "9007199254740992"],
  ["7", '"7"'],
  [7n, "7n"],
  [null, "null"],
  [true, "true"],
  [{}, "an object"],
  [[7], "an object"],
  [() => 7, "a function"],
  [Symbol("seven"), "Symbol(seven)"],
];

const MOST = 0x7fffffff;

/** Every option that is a whole number. */
const wholes: [make: Make, option: string, least: number, most: number][] = [
  [states, "live", 1, MOST],
  [states, "changes", 1, MOST],
  [states, "size", 1, MOST],
  [tick, "frames", 1, MOST],
  [tick, "blocksPerSecond", 1, MOST],
  [components, "components", 1, 65_535],
  [components, "vms", 1, 713],
  [components, "steps", 1, MOST],
  [components, "operations", 1, MOST],
  [components, "stepsPerDeath", 1, MOST],
  [serving, "blocks", 1024, MOST],
  [serving, "steps", 1, MOST],
  [gameFrame, "frames", 1, MOST],
  [gameFrame, "entities", 1, 100_000],
];

test.each(wholes)("%o: %s is a whole number from %i to %i", (make, option, least, most) => {
  for (const [value, shown] of nonsense) {
    const message = `invalid ${option}: ${shown} is not a whole number from ${least} to ${most}`;
    refuses(() => make({ [option]: value } as never), message);
  }
  for (const value of [least - 1, most + 1]) {
    const message = `invalid ${option}: ${value} is not a whole number from ${least} to ${most}`;
    refuses(() => make({ [option]: value } as never), message);
  }
});

/** Every option that is a number above 0. */
const positives: [make: Make, option: string, most: number][] = [
  [tick, "frequency", 1_000_000],
  [tick, "seconds", 1_000_000],
  [serving, "arrivals", 100],
  ...Object.values(scenarios).map((make): [Make, string, number] => [make, "scale", 1_000_000]),
];

test.each(positives)("%o: %s is above 0 and at most %i", (make, option, most) => {
  const shown: [unknown, string][] = [
    [0, "0"],
    [-0, "-0"],
    [-1, "-1"],
    [most + 1, String(most + 1)],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    ["7", '"7"'],
    [7n, "7n"],
    [null, "null"],
    [{}, "an object"],
    [Symbol("seven"), "Symbol(seven)"],
  ];
  for (const [value, text] of shown) {
    refuses(() => make({ [option]: value } as never), `invalid ${option}: ${text} is not above 0 and at most ${most}`);
  }
});

describe.each(Object.entries(scenarios))("%s", (_, make) => {
  test("the seed is a whole number", () => {
    for (const [value, shown] of nonsense.filter(([value]) => value !== 0)) {
      const message = `invalid seed: ${shown} is not a whole number from 0 to 9007199254740991`;
      refuses(() => make({ seed: value } as never), message);
    }
  });

  test("options are an object", () => {
    for (const [value, shown] of [
      [null, "null"],
      [7, "7"],
      ["scale", '"scale"'],
      [7n, "7n"],
      [() => 7, "a function"],
    ]) {
      refuses(() => make(value as never), `invalid options: ${shown} is no object`);
    }
  });
});

test("harmonics are 1 to 8 whole numbers to 64, ascending", () => {
  const list = "invalid harmonics: they are no list of 1 to 8 numbers";
  for (const harmonics of [null, 3, "123", {}, [], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    refuses(() => tick({ harmonics: harmonics as number[] }), list);
  }
  const wrong: [unknown[], string][] = [
    [[0], "0 is not a whole number from 1 to 64"],
    [[1, 65], "65 is not a whole number from 2 to 64"],
    [[1, 1], "1 is not a whole number from 2 to 64"],
    [[1, 3, 2], "2 is not a whole number from 4 to 64"],
    [[1, 2.5], "2.5 is not a whole number from 2 to 64"],
    [["1"], '"1" is not a whole number from 1 to 64'],
    [new Array(3), "undefined is not a whole number from 1 to 64"],
  ];
  for (const [harmonics, problem] of wrong) {
    refuses(() => tick({ harmonics: harmonics as number[] }), `invalid harmonics: ${problem}`);
  }
  expect(tick({ harmonics: [1, 2, 3, 4, 5, 6, 7, 64], seconds: 1 }).due[0]).toBe(255);
});

test("there are at most as many VMs as components", () => {
  const message = "invalid vms: 4 is not a whole number from 1 to 3";
  refuses(() => components({ components: 3, vms: 4 }), message);
});

test("more events than there is memory for are refused before they are made", () => {
  const about = (n: number) => `invalid options: about ${n} events are more than 67108864`;
  refuses(() => states({ live: 1, changes: 2 ** 25 }), about(2 ** 26 + 1));
  refuses(() => states({ scale: 100 }), about(200_010_000));
  refuses(() => tick({ frequency: 1e6, harmonics: [1], seconds: 100, blocksPerSecond: 1 }), about(1e8 + 200));
  refuses(() => tick({ seconds: 1e6 }), about(40_000_000_000 + 12_566_360));
  refuses(() => components({ scale: 100 }), about(100_000_000));
  refuses(() => serving({ scale: 1000 }), about(600_000_000));
  refuses(() => serving({ steps: 2 ** 27, arrivals: 1e-6 }), about(2 ** 27));
  refuses(() => gameFrame({ scale: 100 }), about(360_000_000));
});
