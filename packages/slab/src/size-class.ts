/**
 * Size classes: the sizes that small blocks are rounded up to, and the slabs they are cut from.
 *
 *     16 24 32 … 120 128 │ 144 160 176 … 256 │ 288 320 … 512 │ … │ 9216 10240 … 16384
 *     └─ every 8 bytes ─┘  └─ eight per doubling from here on: at most an eighth is rounded away ─┘
 *
 * Each size is m · 2^k with m odd and at most 15. Blocks are counted from their slab's end, the last is number 1, and what is
 * left over lies at its front. So a distance is divided by its class's size, and proved to be a multiple of it, by one
 * multiplication (`inverseOf`), and no number is out of range, whatever the slab's length.
 *
 * A class begins with a slab as short as is sensible, and takes longer ones as it has more: an eighth of what it has. So
 * many classes of few blocks cost little, and many blocks need few slabs.
 */

export const PAGE_SHIFT = 12;
/** Bytes of a page. */
export const PAGE_SIZE = 4096;
/** The largest block that comes from a slab, in bytes; larger ones are runs of pages. */
export const SMALL_MAX = 16384;
/** How many size classes there are. */
export const CLASSES = 71;
/** The most blocks of a slab: what INDEX_CHECK leaves room for. */
export const MOST_BLOCKS = 511;
/** A slab that is not its class's first has this many blocks, or … */
const ENOUGH_BLOCKS = 16;
/** … this many pages: small heaps stay small. Or … */
const ENOUGH_PAGES = 4;
/** … an eighth of the class's pages, but at most this many. */
const LONGEST_SLAB = 8;
/** The largest block of which the pages of a slab have as many together as each alone, in bytes. */
const EXACT_MAX = 128;

/** Block bytes of each class, ascending. */
export const CLASS_SIZES: readonly number[] = /* @__PURE__ */ Array.from({ length: CLASSES }, (_, c) =>
  c < 15 ? 16 + 8 * c : (9 + ((c - 15) & 7)) << (4 + ((c - 15) >>> 3)),
);

/**
 * Pages of the next slab of a class whose blocks have `size` bytes, and which has so many pages. Its first one is as short as
 * holds a block. Others have enough, and so much more that at most a sixteenth is left over.
 */
export function slabPages(size: number, have: number): number {
  const least = Math.ceil(size / PAGE_SIZE);
  if (have === 0) return least;
  const enough = Math.min(ENOUGH_PAGES, Math.ceil((ENOUGH_BLOCKS * size) / PAGE_SIZE));
  // Small blocks are as many as each page alone would have: so a heap that is emptied holds as many again, in whatever slabs.
  const over = size <= EXACT_MAX ? PAGE_SIZE % size : 0;
  const most = over > 0 ? Math.floor((size - 1) / over) : (MOST_BLOCKS * size) >>> PAGE_SHIFT;
  let pages = Math.min(most, Math.max(least, enough, Math.min(have >>> 3, LONGEST_SLAB)));
  while (16 * ((pages * PAGE_SIZE) % size) > pages * PAGE_SIZE) pages++;
  return pages;
}

/** Pages of the first slab of each class. */
export const SLAB_PAGES: readonly number[] = /* @__PURE__ */ CLASS_SIZES.map((size) => slabPages(size, 0));

/** The smallest class that holds `size` bytes, 0 ≤ size ≤ SMALL_MAX. */
export function classOf(size: number): number {
  if (size <= 128) return size <= 16 ? 0 : (size - 9) >>> 3;
  // 2^k < size ≤ 2^(k+1): the three bits below the highest tell which of the eight steps between.
  const k = 31 - Math.clz32(size - 1);
  return 8 * k + ((size - 1) >>> (k - 3)) - 49;
}

/** Bits below the index in a product with `inverseOf`. */
export const INDEX_SHIFT = 19;
/** The bits of that product that must be 0: those below, and those above nine bits of index. */
export const INDEX_CHECK: number = 0xf007ffff | 0;

/**
 * What to multiply a block's distance from its slab's end by, modulo 2^32, to get (its number from there on) << INDEX_SHIFT.
 *
 * With size = m · 2^k, this is m's inverse modulo 2^32, shifted left by INDEX_SHIFT − k. A multiple of the size gives the
 * number, exactly. Anything else leaves a bit in INDEX_CHECK: below, where it is no multiple of 2^k; above, where it is no
 * multiple of m, since then x · m⁻¹ mod 2^13 ≥ 2^13 / 15 > 511. (Granlund and Montgomery 1994, section 9; tested for
 * every distance in every slab.)
 */
export function inverseOf(size: number): number {
  const k = 31 - Math.clz32(size & -size);
  const m = size >>> k;
  let inverse = m; // right to three bits; each step of Newton's doubles that
  for (let bits = 3; bits < 32; bits *= 2) inverse = Math.imul(inverse, 2 - Math.imul(m, inverse));
  return inverse << (INDEX_SHIFT - k);
}
