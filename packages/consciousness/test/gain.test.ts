import { describe, expect, test } from "vitest";
import { measureGain, type Subject, withRoom, withSpread, withStates } from "../src/gain.ts";
import { ACQUIRE, ALLOCATE, FREE, MOVE, RELEASE, Recording } from "../src/recording.ts";

/** The time, in ms: each call of a subject takes some. */
let clock = 0;
const now = () => clock;

/** A subject that counts its calls, each of which takes so many ms. */
class Timed implements Subject {
  calls = 0;
  live = new Set<number>();
  #next = 1;
  readonly #ms: number;

  constructor(ms: number) {
    this.#ms = ms;
  }

  #work(): void {
    this.calls++;
    clock += this.#ms;
  }

  allocate(): number {
    this.#work();
    this.live.add(this.#next);
    return this.#next++;
  }

  free(offset: number): void {
    this.#work();
    expect(this.live.delete(offset)).toBe(true);
  }

  reallocate(offset: number): number {
    this.free(offset);
    return this.allocate();
  }

  acquire = this.allocate;
  release = this.free;
}

function program() {
  const recording = new Recording(100);
  for (let i = 0; i < 10; i++) recording.add(i % 2 === 0 ? ALLOCATE : ACQUIRE, i, 64, 0);
  for (let i = 0; i < 10; i += 2) recording.add(MOVE, i, 100, i);
  for (let i = 0; i < 9; i++) recording.add(i % 2 === 0 ? FREE : RELEASE, i, 0, 0);
  return recording.program();
}

describe("a gain", () => {
  test("is the baseline's time by the own one, and both ran the same program whole", () => {
    const own = new Timed(0.25);
    const baseline = new Timed(2);
    const gain = measureGain(program(), own, baseline, "slow", now);
    // 30 calls for 25 operations
    expect(gain).toEqual({ gain: 8, own: 300_000, baseline: 2_400_000, operations: 25, against: "slow" });
    for (const subject of [own, baseline]) {
      expect(subject.live.size).toBe(0);
      // 10 made, 5 moved by two calls each, 10 ended
      expect(subject.calls % 30).toBe(0);
    }
  });

  test("of nothing is no number", () => {
    const nothing = measureGain(new Recording(4).program(), new Timed(1), new Timed(1), "x", now);
    expect(nothing.gain).toBeNaN();
    expect(nothing.operations).toBe(0);
  });

  test("is not measured where one side throws, and the error comes out", () => {
    const broken = new Timed(1);
    broken.acquire = () => {
      throw new RangeError("no more");
    };
    expect(() => measureGain(program(), new Timed(1), broken, "broken", now)).toThrow("no more");
  });
});

test("the best window counts, by the replays that it had", () => {
  // A replay has 30 calls of 0.05 ms: three of them fill a window. One call in a thousand takes a second.
  class Disturbed extends Timed {
    override allocate(): number {
      if (this.calls % 1000 === 999) clock += 1000;
      return super.allocate();
    }
  }
  const gain = measureGain(program(), new Disturbed(0.05), new Timed(0.1), "x", now);
  expect(gain.own).toBeCloseTo(60_000, 3);
  expect(gain.gain).toBeCloseTo(2, 6);
});

test("its spread is that of the windows, one of each side after the other, and it lies within", () => {
  // Each of its windows takes longer than the one before: those of 4 ms have 2, 1, 1 … replays.
  class Slower extends Timed {
    override allocate(): number {
      clock += this.calls / 2 ** 14;
      return super.allocate();
    }
  }
  const gains: number[] = [];
  const measured = measureGain(program(), new Timed(0.25), new Slower(0.25), "x", now, gains);
  expect(gains.length).toBe(5);
  expect(gains).toEqual([...gains].sort((a, b) => a - b));
  const gain = withSpread(measured, gains);
  expect(gain).toEqual({ ...measured, low: gains[0], high: gains[4] });
  expect(gain.low).toBeLessThan(gain.high);
  expect(gain.low).toBeLessThanOrEqual(gain.gain);
  expect(gain.gain).toBeLessThanOrEqual(gain.high);
  const nothing = measureGain(new Recording(4).program(), new Timed(1), new Timed(1), "x", now, []);
  expect(withSpread(nothing, [])).toMatchObject({ gain: Number.NaN, low: Number.NaN, high: Number.NaN });
});

test("to a baseline, a state is a block of its bytes", () => {
  const sizes: number[] = [];
  const heap = { allocate: (size: number) => sizes.push(size), free() {}, reallocate: (o: number) => o } as never;
  const subject = withStates(heap, 24);
  subject.release(subject.acquire());
  subject.allocate(100);
  expect(sizes).toEqual([24, 100]);
});

describe("a clock", () => {
  const short = () => {
    const recording = new Recording(4096);
    for (let i = 0; i < 2048; i++) recording.add(ALLOCATE, 8, 64, 0);
    return recording.program();
  };
  const quick: Subject = { allocate: () => 8, free() {}, reallocate: (o) => o, acquire: () => 1, release() {} };
  let calls = 0;
  const clocks: [string, () => number, string][] = [
    ["that stands still", () => 5, "0"],
    ["that goes back", () => -calls++, "-2048"],
    ["that is no number", () => Number.NaN, "NaN"],
    ["that jumps there", () => (calls++ === 0 ? 0 : Number.POSITIVE_INFINITY), "Infinity"],
    ["too slow for any host", () => 2 ** -20 * calls++, "0.001953125"],
  ];
  test.each(clocks)("%s is refused, after 8,388,608 operations", (_, clock, ms) => {
    calls = 0;
    const message = `unsupported: the clock stands still: in 2048 replays it went on by ${ms} ms`;
    const measure = () => measureGain(short(), quick, quick, "x", clock);
    expect(measure).toThrow(expect.objectContaining({ name: "UnsupportedError", code: "ERR_UNSUPPORTED", message }));
  });

  test("that stands still is looked at 524,288 times, however short the program", () => {
    const recording = new Recording(1);
    recording.add(ALLOCATE, 8, 64, 0);
    const message = "unsupported: the clock stands still: in 524288 replays it went on by 0 ms";
    const measure = () => measureGain(recording.program(), quick, quick, "x", () => 5);
    expect(measure).toThrow(expect.objectContaining({ code: "ERR_UNSUPPORTED", message }));
  });

  test("that goes on is enough, however coarse it is", () => {
    let at = 0;
    const coarse = () => 100 * Math.floor(at++ / 20);
    expect(measureGain(short(), quick, quick, "x", coarse).gain).toBeGreaterThan(0);
  });

  test("that a host does not have is missed by code", () => {
    const had = Object.getOwnPropertyDescriptor(globalThis, "performance")!;
    try {
      for (const value of [undefined, {}, null]) {
        Object.defineProperty(globalThis, "performance", { value, configurable: true, writable: true });
        expect(() => measureGain(short(), quick, quick, "x")).toThrow(
          "unsupported: no performance.now here to measure a gain by",
        );
      }
    } finally {
      Object.defineProperty(globalThis, "performance", had);
    }
  });
});

test("where there is no room it is tried with more, and where that can't be the error comes out", () => {
  const rooms: number[] = [];
  const short = (code: string) => Object.assign(new Error(code), { code });
  const gain = withRoom(1000, (room) => {
    rooms.push(room);
    if (rooms.length < 3) throw short("ERR_OUT_OF_MEMORY");
    return { gain: 2, own: 1, baseline: 2, operations: 1, against: "x" };
  });
  expect(gain.gain).toBe(2);
  expect(rooms).toEqual([2_101_152, 8_404_608, 33_618_432]);
  const never = () =>
    withRoom(0, () => {
      throw short("ERR_QUOTA_EXCEEDED");
    });
  expect(never).toThrow("ERR_QUOTA_EXCEEDED");
  let tries = 0;
  expect(() =>
    withRoom(0, () => {
      tries++;
      throw short("ERR_CORRUPTED");
    }),
  ).toThrow("ERR_CORRUPTED");
  expect(tries).toBe(1);
});
