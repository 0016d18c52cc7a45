import { describe, expect, test } from "vitest";
import { BITS_SHIFT, INFO_SHIFT, LINE_WORDS, LINES, TABLE } from "../src/layout.ts";
import {
  CLASS_SIZES,
  CLASSES,
  classOf,
  INDEX_CHECK,
  INDEX_SHIFT,
  inverseOf,
  PAGE_SHIFT,
  PAGE_SIZE,
  SLAB_PAGES,
  SMALL_MAX,
} from "../src/size-class.ts";

const classes = CLASS_SIZES.map((size, c) => ({
  c,
  size,
  pages: SLAB_PAGES[c],
  blocks: (SLAB_PAGES[c] * PAGE_SIZE) / size,
}));

describe("size classes", () => {
  test("every size gets the smallest class that holds it", () => {
    for (let size = 0; size <= SMALL_MAX; size++) {
      const naive = CLASS_SIZES.findIndex((room) => room >= size);
      if (classOf(size) !== naive) expect.fail(`classOf(${size}) is ${classOf(size)}, not ${naive}`);
    }
  });

  test("they ascend from 16 bytes to SMALL_MAX, multiples of 8, and round away at most a fifth", () => {
    expect(CLASS_SIZES).toHaveLength(CLASSES);
    expect(CLASS_SIZES[0]).toBe(16);
    expect(CLASS_SIZES.at(-1)).toBe(SMALL_MAX);
    expect(PAGE_SIZE).toBe(1 << PAGE_SHIFT);
    for (let c = 1; c < CLASSES; c++) {
      expect(CLASS_SIZES[c] % 8).toBe(0);
      expect(CLASS_SIZES[c]).toBeGreaterThan(CLASS_SIZES[c - 1]);
      if (CLASS_SIZES[c] > 64) expect((CLASS_SIZES[c] - CLASS_SIZES[c - 1] - 1) / CLASS_SIZES[c]).toBeLessThan(0.2);
    }
  });

  test.each(classes)("a slab of $size-byte blocks has not a byte left over", ({ size, pages, blocks }) => {
    expect([1, 3, 5, 7]).toContain(size / (size & -size));
    expect(pages * PAGE_SIZE).toBe(blocks * size);
    expect(Number.isInteger(Math.log2(blocks))).toBe(true);
    expect(pages).toBeGreaterThan(0);
    expect(pages).toBeLessThan(65536);
    // A summary word has a bit for each bitmap word, and a slab's pages have room for its bitmap.
    expect(Math.ceil(blocks / 32)).toBeLessThanOrEqual(Math.min(32, pages << BITS_SHIFT));
  });

  test("the class lines end where the page table begins", () => {
    expect(LINES + CLASSES * LINE_WORDS).toBe(TABLE);
    expect(1 << INFO_SHIFT).toBe(4);
  });
});

describe("inverseOf", () => {
  test.each(classes)("$size bytes: every distance in a slab is told, and divided", ({ size, pages }) => {
    const inverse = inverseOf(size);
    for (let distance = 0; distance < pages * PAGE_SIZE; distance++) {
      const scaled = Math.imul(distance, inverse);
      const isBlock = (scaled & INDEX_CHECK) === 0;
      if (isBlock !== (distance % size === 0)) expect.fail(`${distance} bytes into the slab: ${isBlock}`);
      if (isBlock && scaled >>> INDEX_SHIFT !== distance / size) expect.fail(`${distance}: ${scaled >>> INDEX_SHIFT}`);
    }
  });
});
