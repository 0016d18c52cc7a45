/** What a run says of the time that is left. */
import { expect, test } from "vitest";
import { progressOn } from "../../src/run/progress.ts";

/** What is said of ten steps with a deadline after 20 s, a step every `pace` ms. */
function saidAt(pace: number, deadline: number): string[] {
  const said: string[] = [];
  let time = 0;
  const stream = { isTTY: false, write: (text: string) => said.push(text.trim()) } as unknown as NodeJS.WriteStream;
  const progress = progressOn(stream, () => time);
  progress.start(10, deadline);
  for (let step = 0; step < 10; step++) {
    progress.now(`step ${step}`);
    time += pace;
    progress.advance();
  }
  progress.stop();
  return said;
}

test("by the pace, once there is one, and no more than the deadline leaves", () => {
  expect(saidAt(6000, 60_000)).toEqual([
    "2 of at most 10 observations, 48 s left",
    "4 of at most 10 observations, 36 s left",
    "6 of at most 10 observations, 24 s left",
    "8 of at most 10 observations, 12 s left",
  ]);
});

test("past the deadline, by the pace: never 0 s while it goes on", () => {
  expect(saidAt(6000, 20_000).slice(2)).toEqual([
    "6 of at most 10 observations, 24 s left",
    "8 of at most 10 observations, 12 s left",
  ]);
});
