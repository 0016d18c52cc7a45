import fc from "fast-check";
import { expect, test } from "vitest";
import { bandOf, FrequencyBands } from "../src/frequency-bands.ts";

test("a band is an octave, and each begins exactly at a power of two", () => {
  for (let exponent = -9; exponent <= 21; exponent++) {
    const band = exponent + 10;
    expect(bandOf(2 ** exponent)).toBe(band);
    // the last number below it
    expect(bandOf(2 ** exponent * (1 - 2 ** -53))).toBe(band - 1);
    expect(bandOf(2 ** exponent * 1.999)).toBe(band);
  }
  expect(bandOf(3.14159)).toBe(11);
});

test("what is below the first octave and above the last has a band too", () => {
  for (const tiny of [Number.MIN_VALUE, 2 ** -1022, 1e-9]) expect(bandOf(tiny)).toBe(0);
  for (const huge of [2 ** 22, 1e300, Number.MAX_VALUE]) expect(bandOf(huge)).toBe(31);
});

test("a larger frequency is never in a lower band", () => {
  const frequency = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(frequency, frequency, (a, b) => {
      expect(bandOf(Math.min(a, b))).toBeLessThanOrEqual(bandOf(Math.max(a, b)));
    }),
    { seed: 1 },
  );
});

test("the slots between two frequencies are those of all octaves that have a part between them", () => {
  const bands = new FrequencyBands(100);
  for (let slot = 0; slot < 100; slot++) bands.add(slot, 1 + slot);
  expect([...bands.between(5, 7)]).toEqual([3, 4, 5, 6]); // 4 Hz to 7 Hz
  expect([...bands.between(7, 8)]).toEqual([3, 4, 5, 6, ...Array.from({ length: 8 }, (_, i) => 7 + i)]);
  expect([...bands.between(8, 7)]).toEqual([]);
  bands.remove(3);
  expect(bands.has(3, 4)).toBe(false);
  expect([...bands.between(5, 7)]).toEqual([4, 5, 6]);
  expect(bands.count).toBe(99);
});
