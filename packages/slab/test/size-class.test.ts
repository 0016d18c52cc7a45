import { describe, expect, test } from "vitest";
import { BITS_SHIFT, INFO_SHIFT, LINE_WORDS, LINES, SHAPE_PAGES, TABLE } from "../src/layout.ts";
import {
  CLASS_SIZES,
  CLASSES,
  classOf,
  INDEX_CHECK,
  INDEX_SHIFT,
  inverseOf,
  MOST_BLOCKS,
  PAGE_SHIFT,
  PAGE_SIZE,
  SLAB_PAGES,
  SMALL_MAX,
  slabPages,
} from "../src/size-class.ts";

/** Every length that a slab of a class can have: its first, and those after it, by the pages that the class has by then. */
function lengths(size: number): number[] {
  const all = new Set<number>();
  for (let have = 0; have <= 200; have++) all.add(slabPages(size, have));
  return [...all].toSorted((x, y) => x - y);
}

const classes = CLASS_SIZES.map((size, c) => ({ c, size, all: lengths(size), longest: slabPages(size, 2 ** 20) }));
const blocksOf = (size: number, pages: number) => Math.floor((pages * PAGE_SIZE) / size);

describe("size classes", () => {
  test("every size gets the smallest class that holds it", () => {
    for (let size = 0; size <= SMALL_MAX; size++) {
      const naive = CLASS_SIZES.findIndex((room) => room >= size);
      if (classOf(size) !== naive) expect.fail(`classOf(${size}) is ${classOf(size)}, not ${naive}`);
    }
  });

  test("they ascend from 16 bytes to SMALL_MAX, multiples of 8, and round away at most an eighth", () => {
    expect(CLASS_SIZES).toHaveLength(CLASSES);
    expect(CLASS_SIZES[0]).toBe(16);
    expect(CLASS_SIZES.at(-1)).toBe(SMALL_MAX);
    expect(PAGE_SIZE).toBe(1 << PAGE_SHIFT);
    for (let c = 1; c < CLASSES; c++) {
      expect(CLASS_SIZES[c] % 8).toBe(0);
      expect(CLASS_SIZES[c]).toBeGreaterThan(CLASS_SIZES[c - 1]);
      if (CLASS_SIZES[c] > 64) expect((CLASS_SIZES[c] - CLASS_SIZES[c - 1] - 1) / CLASS_SIZES[c]).toBeLessThan(1 / 8);
    }
  });

  test.each(classes)(
    "a slab of $size-byte blocks, of $all pages: what a slab has room to say",
    ({ size, all, longest }) => {
      expect([1, 3, 5, 7, 9, 11, 13, 15]).toContain(size / (size & -size));
      expect(all.at(-1)).toBe(longest);
      for (const pages of all) {
        const blocks = blocksOf(size, pages);
        expect(blocks).toBeGreaterThan(0);
        expect(blocks).toBeLessThanOrEqual(MOST_BLOCKS);
        expect(pages).toBeLessThanOrEqual(SHAPE_PAGES);
        // A summary word has a bit for each bitmap word, and a slab's pages have room for its bitmap.
        expect(Math.ceil(blocks / 32)).toBeLessThanOrEqual(Math.min(32, pages << BITS_SHIFT));
      }
    },
  );

  test.each(classes)(
    "a slab of $size-byte blocks is as short as it can be at first; then little is left over",
    (of) => {
      const { c, size, all } = of;
      expect(SLAB_PAGES[c]).toBe(slabPages(size, 0));
      expect(SLAB_PAGES[c]).toBe(Math.ceil(size / PAGE_SIZE));
      for (const pages of all.filter((n) => n > SLAB_PAGES[c])) {
        const left = pages * PAGE_SIZE - blocksOf(size, pages) * size;
        expect(left / (pages * PAGE_SIZE)).toBeLessThanOrEqual(1 / 16);
      }
      for (let have = 1; have < 200; have++) {
        expect(slabPages(size, have + 1)).toBeGreaterThanOrEqual(slabPages(size, have));
        // Sixteen blocks, or four pages, or an eighth of what there is: nothing in it makes a class of few blocks take much.
        expect(slabPages(size, have)).toBeLessThanOrEqual(Math.max(12, have >>> 3));
      }
    },
  );

  test("the class lines end where the page table begins", () => {
    expect(LINES + CLASSES * LINE_WORDS).toBe(TABLE);
    expect(1 << INFO_SHIFT).toBe(4);
  });
});

describe("inverseOf", () => {
  test.each(classes)("$size bytes: every distance in the longest slab is told, and divided", ({ size, longest }) => {
    const inverse = inverseOf(size);
    // Counted from the slab's end, so the longest has the distances of all the others.
    for (let distance = 1; distance <= longest * PAGE_SIZE; distance++) {
      const scaled = Math.imul(distance, inverse);
      const isBlock = (scaled & INDEX_CHECK) === 0;
      if (isBlock !== (distance % size === 0)) expect.fail(`${distance} bytes before the end: ${isBlock}`);
      if (isBlock && scaled >>> INDEX_SHIFT !== distance / size) expect.fail(`${distance}: ${scaled >>> INDEX_SHIFT}`);
    }
    expect(blocksOf(size, longest)).toBeLessThanOrEqual(0xffffffff >>> (INDEX_SHIFT + 4));
  });
});
