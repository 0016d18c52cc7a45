import { expect, test } from "vitest";
import { binCount, binFor, binOf } from "../src/bins.ts";

const MOST = 1 << 20;

test("a longer run is never in a lower bin, and no bin is left out", () => {
  let bin = 0;
  for (let pages = 1; pages <= MOST; pages++) {
    const next = binOf(pages);
    if (next !== bin && next !== bin + 1) expect.fail(`${pages} pages: bin ${next} after ${bin}`);
    if (binCount(pages) !== next + 1) expect.fail(`binCount(${pages}) is ${binCount(pages)}`);
    bin = next;
  }
});

test("binFor is the first bin whose shortest run is long enough", () => {
  const shortest: number[] = [];
  for (let pages = 2 * MOST; pages >= 1; pages--) shortest[binOf(pages)] = pages;
  let bin = 0;
  for (let pages = 1; pages <= MOST; pages++) {
    while (!(shortest[bin] >= pages)) bin++;
    if (binFor(pages) !== bin) expect.fail(`binFor(${pages}) is ${binFor(pages)}, not ${bin}`);
  }
});

test("runs of up to 15 pages have bins of their own; the longest heap has 144 bins, a word of words", () => {
  for (let pages = 1; pages < 16; pages++) expect(binOf(pages)).toBe(pages);
  expect(binOf(16)).toBe(binOf(17));
  expect(binCount(0xffff0)).toBe(144);
});
