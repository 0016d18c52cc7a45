/** What a run says of the time that is left. */
import { expect, test } from "vitest";
import { progressOn } from "../../src/run/progress.ts";

/** What is said of ten steps, `least` of them in any case, a step every `pace` ms. */
function saidAt(pace: number, deadline: number, least: number): string[] {
  const said: string[] = [];
  let time = 0;
  const stream = { isTTY: false, write: (text: string) => said.push(text.trim()) } as unknown as NodeJS.WriteStream;
  const progress = progressOn(stream, () => time);
  progress.start(least, 10, deadline);
  for (let step = 0; step < 10; step++) {
    progress.now(`step ${step}`);
    time += pace;
    progress.advance();
  }
  progress.stop();
  return said;
}

test("by the deadline at first, then by the pace, and no more than the deadline leaves", () => {
  expect(saidAt(6000, 60_000, 1)).toEqual([
    "2 of at most 10 observations, 48 s left",
    "4 of at most 10 observations, 36 s left",
    "6 of at most 10 observations, 24 s left",
    "8 of at most 10 observations, 12 s left",
  ]);
  expect(saidAt(6000, 40_000, 1).at(-2)).toBe("6 of at most 10 observations, 6 s left");
});

test("what is done in any case takes its time, also past the deadline; of the rest nothing is begun there", () => {
  expect(saidAt(6000, 20_000, 8).slice(2)).toEqual([
    "6 of at least 8 observations, 12 s left",
    "8 of at most 10 observations, 6 s left",
  ]);
});
