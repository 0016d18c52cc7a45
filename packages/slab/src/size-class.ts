/**
 * Size classes: the sizes that small blocks are rounded up to.
 *
 *     16 24 32 40 48 56 64 │ 80 96 112 128 │ 160 192 224 256 │ … │ 10240 12288 14336 16384
 *     └─ every 8 bytes ──┘   └─ four per doubling from here on: at most 20 % is rounded away ─┘
 *
 * Three quarters of what servers allocate is at most 128 bytes (fleetbench's profiles, docs/performance.md), so the
 * classes are finest there: steps of 8 up to 64, the smallest that keep every block aligned for a Float64Array.
 * A slab is a run of pages, as long as its class needs to waste little of the tail.
 */

/** log2 of the page size. */
export const PAGE_SHIFT = 12;
/** A page: 4 KiB. */
export const PAGE_SIZE = 4096;

/** The largest block that comes from a slab; larger ones are runs of pages. */
export const SMALL_MAX = 16384;

/** Block bytes of each class, ascending. */
export const CLASS_SIZES: readonly number[] = /* @__PURE__ */ makeSizes();

/** How many classes there are. */
export const CLASSES = 39;

/** The most blocks one slab has: its bitmap is at most 32 words, and one more word sums them up. */
export const MAX_BLOCKS = 1024;

function makeSizes(): number[] {
  const sizes: number[] = [];
  for (let size = 16; size <= 64; size += 8) sizes.push(size);
  for (let step = 16; step <= SMALL_MAX / 8; step *= 2) {
    for (let quarter = 5; quarter <= 8; quarter++) sizes.push(quarter * step);
  }
  return sizes;
}

/** The smallest class that holds `size` bytes, 0 ≤ size ≤ SMALL_MAX. */
export function classOf(size: number): number {
  if (size <= 64) return size <= 16 ? 0 : (size - 9) >>> 3;
  // 2^k < size ≤ 2^(k+1): the class is one of the four steps between, told by the two bits below the highest.
  const k = 31 - Math.clz32(size - 1);
  return 4 * k + ((size - 1) >>> (k - 2)) - 21;
}

/** experiment knobs */
export const TUNE: { target: number; max: number; least: (size: number) => number } = (globalThis as any).TUNE ?? {
  target: 64,
  max: 16,
  least: (size: number) => Math.max(1, Math.floor(32768 / size)),
};

/** Pages per slab of a class. */
export function slabPages(cls: number): number {
  return SLAB_PAGES[cls];
}

const SLAB_PAGES: readonly number[] = /* @__PURE__ */ CLASS_SIZES.map(choosePages);

/** The shortest slab that has enough blocks to be worth its header and wastes at most 1/16 of itself. */
function choosePages(size: number): number {
  const target = TUNE.target;
  let best = 0;
  let bestWaste = 1;
  for (let pages = 1; pages <= TUNE.max; pages++) {
    const bytes = pages * PAGE_SIZE;
    const count = Math.floor(bytes / size);
    if (count === 0 || count > MAX_BLOCKS) continue;
    const waste = (bytes - count * size) / bytes;
    if (count >= Math.min(target, TUNE.least(size)) && waste <= 1 / 16) return pages;
    if (waste < bestWaste) {
      bestWaste = waste;
      best = pages;
    }
  }
  return best;
}
