/** The charts of a whole run: what a reader has to tell apart, and where a bar's length means nothing. */
import { expect, test } from "vitest";
import { axisBelow, COLOURS, colourOf } from "../../src/report/charts.ts";
import { chartsOf } from "../../src/report/latest/charts.ts";
import { fixture } from "./latest-fixture.ts";

const charts = chartsOf(fixture());

test("each subject has a colour of its own, in light and in dark", () => {
  for (const scheme of [0, 1]) {
    const all = [
      ...Object.values(COLOURS),
      ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((i) => colourOf("another", i)),
    ];
    expect(new Set(all.map((colour) => colour[scheme])).size).toBe(all.length);
  }
});

test("no two series of a chart look the same", () => {
  expect(charts.length).toBeGreaterThan(3);
  for (const { title, series } of charts) {
    const looks = series.map(({ colour, paint }) => `${colour[0]} ${paint}`);
    expect([title, new Set(looks).size]).toEqual([title, looks.length]);
  }
});

test("a logarithmic axis begins at a power of ten, not above any value", () => {
  const one = (values: (number | null)[]) => ({ label: "", colour: colourOf("slab"), values });
  expect(axisBelow("ns", [one([25, null]), one([3.2])])).toEqual({ title: "ns", min: 1 });
  expect(axisBelow("ns", [one([0.4, 0, null])]).min).toBe(0.1);
});
