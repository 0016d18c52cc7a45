import { expect, test } from "vitest";
import { formatReport } from "../../src/index.ts";
import { type Counts, Recorder } from "../../src/tick/report.ts";
import { BEGAN, ENDED, NEXT, START, TIMES } from "../../src/tick/times.ts";

const counts: Counts = { frequency: 100, ticks: 3, beats: 6, missed: 1, late: 2 };

test("a report, from times written down", () => {
  const times = new Float64Array(TIMES);
  times[START] = 1000;
  const recorder = new Recorder(times, 10);
  for (const [ideal, start, end, isFundamental] of [
    [1005, 1005, 1006, false],
    [1010, 1012, 1013, true],
    [1015, 1015.5, 1020, false],
    [1020, 1021, 1022, true],
    [1030, 1034, 1036.5, true],
  ] as const) {
    times[NEXT] = ideal;
    times[BEGAN] = start;
    times[ENDED] = end;
    recorder.add(isFundamental);
  }
  const report = recorder.report(counts, 1040);
  expect(report).toEqual({
    ...counts,
    seconds: 0.04,
    // three of them in the 34 ms until the last began
    achieved: 3 / 0.034,
    drift: 4,
    deviation: { mean: 1.5, p50: 1, p99: 4, p999: 4, max: 4 },
    period: { mean: 11, p50: 9, p99: 13, max: 13 },
    work: { mean: 2, p99: 4.5, max: 4.5 },
  });
  expect(formatReport(report)).toBe(
    [
      "100 Hz asked, 88.235 Hz achieved, in 0.040 s",
      "6 beats, 3 of the fundamental; 2 late, 1 missed; drift 4.000 ms",
      "ms               mean        p50        p99      p99.9        max",
      "deviation       1.500      1.000      4.000      4.000      4.000",
      "period         11.000      9.000     13.000                13.000",
      "work            2.000                 4.500                 4.500",
    ].join("\n"),
  );
});

test("a report of nothing is made of zeros", () => {
  const none = { frequency: 60, ticks: 0, beats: 0, missed: 0, late: 0 };
  const report = new Recorder(new Float64Array(TIMES), Number.POSITIVE_INFINITY).report(none, 0);
  expect(report).toEqual({
    ...none,
    seconds: 0,
    achieved: 0,
    drift: 0,
    deviation: { mean: 0, p50: 0, p99: 0, p999: 0, max: 0 },
    period: { mean: 0, p50: 0, p99: 0, max: 0 },
    work: { mean: 0, p99: 0, max: 0 },
  });
});
