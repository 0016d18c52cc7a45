/** A request gets the hole that it fits in exactly, where there is one: so what is freed and taken again needs no new pages. */
import { describe, expect, test } from "vitest";
import { extents } from "../src/inspect.ts";
import * as L from "../src/layout.ts";
import { type Random, random } from "./heaps.ts";
import { Pages } from "./pages.ts";

/** A block that comes and goes: its length and alignment stay. */
interface Block {
  readonly pages: number;
  readonly align: number;
  page: number;
}

function shuffle<T>(list: T[], next: Random): T[] {
  for (let i = list.length - 1; i > 0; i--) {
    const at = next(i + 1);
    [list[i], list[at]] = [list[at], list[i]];
  }
  return list;
}

/** The page behind the last one in use. */
function end({ w }: Pages): number {
  let last = 0;
  for (const { kind, page, pages } of extents(w)) if (kind !== "free") last = page + pages;
  return last;
}

/** Some of the blocks are freed, and taken again in another order. */
function replace(pool: Pages, blocks: Block[], count: number, next: Random): void {
  const some = shuffle(blocks, next).slice(0, count);
  for (const { page } of some) pool.free(page);
  for (const block of shuffle(some, next)) block.page = pool.make(block.pages, block.align);
}

const LENGTHS = [1, 2, 5, 15, 16, 17, 31, 33, 64, 100, 127, 128, 129, 200, 257, 260, 287, 511, 513, 1000, 4099];

describe("four holes of one length, while longer runs exist", () => {
  test.each([1, 2, 4, 8, 16])("are taken by four blocks of that length, aligned to %i pages", (align) => {
    for (const pages of LENGTHS) {
      const pool = new Pages(1 << 16);
      const holes = [1, 2, 3, 4].map(() => pool.apart(pages, align));
      const longer = [1, 2, 3, 4].map(() => pool.apart(pages + 1, align));
      for (const page of [...longer.slice(0, 2), ...holes, ...longer.slice(2)]) pool.free(page);
      const again = holes.map(() => pool.make(pages, align));
      expect(
        again.toSorted((a, b) => a - b),
        `${pages} pages`,
      ).toEqual(holes);
      pool.verify();
    }
  });
});

describe("blocks that are freed, and taken again in another order", () => {
  test("need no page more, where their holes are kept apart", () => {
    const next = random(7);
    const pool = new Pages(1 << 18);
    // Whole bins, and more; of each length one alignment.
    const blocks = Array.from({ length: 600 }, (_, i): Block => {
      const pages = i < 300 ? 256 + next(40) : 1 + next(300);
      const align = pages % 3 === 0 ? 1 << (pages % 5) : 1;
      return { pages, align, page: pool.apart(pages, align) };
    });
    const before = end(pool);
    for (let round = 0; round < 50; round++) replace(pool, blocks, 50 + next(500), next);
    expect(end(pool)).toBe(before);
    pool.verify();
  });

  // When a run was taken from the first bin all of whose runs are long enough, they came to 1.03, 1.35, 1.35, 1.24 and 1.06.
  test.each([
    { name: "5 to 32 pages", most: 1.05, length: (next: Random) => 5 + next(28) },
    { name: "257, 260 or 283 pages", most: 1.12, length: (next: Random) => [257, 260, 283][next(3)] },
    { name: "257 to 287 pages", most: 1.1, length: (next: Random) => 257 + next(31) },
    { name: "20 to 500 pages", most: 1.05, length: (next: Random) => [20, 33, 130, 260, 500][next(5)] },
    { name: "1 to 1000 pages", most: 1.05, length: (next: Random) => 1 + next(1000) },
  ])("leave few pages between them, where holes merge: $name", ({ length, most }) => {
    const next = random(1);
    const pool = new Pages(1 << 19);
    const blocks = Array.from({ length: 400 }, (): Block => {
      const pages = length(next);
      return { pages, align: 1, page: pool.make(pages) };
    });
    let worst = 0;
    for (let round = 0; round < 200; round++) {
      replace(pool, blocks, 100, next);
      worst = Math.max(worst, (end(pool) - pool.w[L.H_FIRST]) / pool.w[L.H_USED]);
    }
    expect(worst).toBeLessThan(most);
    pool.verify();
  });
});
