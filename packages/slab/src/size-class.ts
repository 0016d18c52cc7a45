/**
 * Size classes: the sizes that small blocks are rounded up to, and the slabs they are cut from.
 *
 *     16 24 32 40 48 56 64 │ 80 96 112 128 │ 160 192 224 256 │ … │ 10240 12288 14336 16384
 *     └── every 8 bytes ─┘   └─ four per doubling from here on: at most 20 % is rounded away ─┘
 *
 * Three quarters of what servers allocate is at most 128 bytes (docs/performance.md), so the classes are finest there.
 *
 * Each size is m · 2^k with m = 1, 3, 5 or 7, and each slab is m pages or a doubling of that: so blocks fill a slab to
 * its last byte, and the number of blocks is a power of two. Nothing is wasted, no block index is out of range, and an
 * offset is divided by its class's size, and proved to be a multiple of it, by one multiplication (`inverseOf`).
 */

export const PAGE_SHIFT = 12;
/** Bytes of a page. */
export const PAGE_SIZE = 4096;
/** The largest block that comes from a slab, in bytes; larger ones are runs of pages. */
export const SMALL_MAX = 16384;
/** How many size classes there are. */
export const CLASSES = 39;
/** A slab is doubled until it has this many blocks, or … */
const ENOUGH_BLOCKS = 16;
/** … would be longer than this many pages: small heaps stay small. */
const LONGEST_SLAB = 4;

/** Block bytes of each class, ascending. */
export const CLASS_SIZES: readonly number[] = /* @__PURE__ */ makeSizes();
/** Pages per slab of each class. */
export const SLAB_PAGES: readonly number[] = /* @__PURE__ */ CLASS_SIZES.map(slabPages);

function makeSizes(): number[] {
  const sizes: number[] = [];
  for (let size = 16; size <= 64; size += 8) sizes.push(size);
  for (let step = 16; step <= SMALL_MAX / 8; step *= 2) {
    for (let quarter = 5; quarter <= 8; quarter++) sizes.push(quarter * step);
  }
  return sizes;
}

function slabPages(size: number): number {
  let pages = Math.max(size / (size & -size), size / PAGE_SIZE);
  while ((pages * PAGE_SIZE) / size < ENOUGH_BLOCKS && pages * 2 <= LONGEST_SLAB) pages *= 2;
  return pages;
}

/** The smallest class that holds `size` bytes, 0 ≤ size ≤ SMALL_MAX. */
export function classOf(size: number): number {
  if (size <= 64) return size <= 16 ? 0 : (size - 9) >>> 3;
  // 2^k < size ≤ 2^(k+1): the two bits below the highest tell which of the four steps between.
  const k = 31 - Math.clz32(size - 1);
  return 4 * k + ((size - 1) >>> (k - 2)) - 21;
}

/** Bits below the index in a product with `inverseOf`. */
export const INDEX_SHIFT = 19;
/** The bits of that product that must be 0: those below, and those above ten bits of index. */
export const INDEX_CHECK: number = 0xe007ffff | 0;

/**
 * What to multiply a distance from a slab's start by, modulo 2^32, to get (block index) << INDEX_SHIFT.
 *
 * With size = m · 2^k, this is m's inverse modulo 2^32, shifted left by INDEX_SHIFT − k. A multiple of the size gives its
 * index, exactly. Anything else leaves a bit in INDEX_CHECK: below, where it is no multiple of 2^k; above, where it is no
 * multiple of m, since then x · m⁻¹ mod 2^13 ≥ 2^13 / 7 > 1023. (Granlund and Montgomery 1994, section 9; tested for
 * every distance in every slab.)
 */
export function inverseOf(size: number): number {
  const k = 31 - Math.clz32(size & -size);
  const m = size >>> k;
  let inverse = m; // right to three bits; each step of Newton's doubles that
  for (let bits = 3; bits < 32; bits *= 2) inverse = Math.imul(inverse, 2 - Math.imul(m, inverse));
  return inverse << (INDEX_SHIFT - k);
}
