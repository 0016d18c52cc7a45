/** What a tick costs, counted, not timed. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { FrameArena, TickArena } from "../../src/index.ts";

describe("the cost of a tick", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** Counts every access to elements of the metadata made from now on, and every call of their methods. */
  function countAccesses(): { count: number } {
    const accesses = { count: 0 };
    const counting: ProxyHandler<Int32Array> = {
      get(array, key) {
        accesses.count++;
        const value = Reflect.get(array, key, array);
        return typeof value === "function" ? value.bind(array) : value;
      },
      set(array, key, value) {
        accesses.count++;
        return Reflect.set(array, key, value, array);
      },
    };
    const construct = (original: Int32ArrayConstructor, [length]: number[]) =>
      new Proxy(new original(length), counting);
    vi.stubGlobal("Int32Array", new Proxy(Int32Array, { construct }));
    return accesses;
  }

  test("is the same after 0 or 100,000 blocks: it looks at no block, and at no byte of memory", () => {
    const accesses = countAccesses();
    let looks = 0;
    const buffer = new ArrayBuffer(8 << 20);
    const memory = {
      get buffer() {
        looks++;
        return buffer;
      },
    };
    const ticks = new TickArena({ frequency: 60, bytesPerTick: 900_000, harmonics: 3, memory });
    /** What the eight ticks of two periods do. */
    const cost = () => {
      const before = accesses.count + looks;
      for (let i = 0; i < 8; i++) ticks.tick();
      return accesses.count + looks - before;
    };
    const fill = (blocks: number) => {
      for (let i = 0; i < blocks; i++) for (const k of [1, 2, 3]) ticks.harmonic(k).allocate(8);
    };
    expect(cost()).toBe(0);
    fill(1);
    expect(cost()).toBe(0);
    fill(100_000);
    expect(cost()).toBe(0);
    // the counting works
    fill(1000);
    expect(accesses.count).toBeGreaterThan(1000);
  });

  test("rotates what is due, and nothing else", () => {
    const ticks = new TickArena({ frequency: 60, bytesPerTick: 1, harmonics: [1, 2, 3, 7] });
    const next = vi.spyOn(FrameArena.prototype, "nextFrame");
    let rotations = 0;
    for (let i = 0; i < 3 * ticks.beatsPerPeriod; i++) {
      ticks.tick();
      rotations += ticks.harmonics.filter((k) => ticks.due(k)).length;
      expect(next).toHaveBeenCalledTimes(rotations);
    }
    expect(rotations).toBe(3 * (1 + 2 + 3 + 7));
    next.mockRestore();
  });
});
