import { expect, test } from "vitest";
import { binCount, binOf, EXACT_BINS } from "../src/bins.ts";

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

test("runs of up to 63 pages have bins of their own; the longest heap has 512 bins, a word of words", () => {
  for (let pages = 1; pages < EXACT_BINS; pages++) expect(binOf(pages)).toBe(pages);
  expect(binOf(EXACT_BINS)).toBe(binOf(EXACT_BINS + 1));
  expect(binCount(0xffff0)).toBe(512);
});

test("no bin holds runs of more than 128 lengths at a time: as many as it has, or as there is room for", () => {
  let most = 0;
  for (let shortest = 1, pages = 1; pages <= MOST; pages++) {
    if (binOf(pages) !== binOf(shortest)) shortest = pages;
    // Each of its lengths once, from the shortest on, as long as they fit.
    const lengths = pages - shortest + 1;
    const sum = (lengths * (shortest + pages)) / 2;
    if (sum <= MOST) most = Math.max(most, lengths);
  }
  expect(most).toBeLessThanOrEqual(128);
  expect(most).toBeGreaterThan(100);
});
