/**
 * What a heap in TypeScript costs at least, and what each thing that ours does adds: the same replacement, by hand,
 *
 *     node apps/bench/scripts/rungs.ts [seconds a row, 3]
 *
 * over a free list of one size; then of classes; with arguments checked; with a bit for each block, so that a double free is
 * found; and over the slab heap. All in one process, in turns; the least of many windows, ns a pair, the loop's own taken off.
 */
import { runInThisContext } from "node:vm";
import { SlabAllocator } from "@ariax/slab";
import { CLASS_SIZES, classOf } from "@ariax/slab/engine";

interface Heap {
  allocate(size: number): number;
  free(offset: number): void;
}

const WORDS = 8 << 20;
const TABLE = 600;
const HEAP_START = 1 << 20;
const LINE_OF = Uint16Array.from({ length: 2049 }, (_, eighth) => classOf(8 * eighth));
/** As ours: see inverseOf of slab. */
const inverses = CLASS_SIZES.map((size) => {
  const k = 31 - Math.clz32(size & -size);
  let inverse = size >>> k;
  for (let i = 0; i < 5; i++) inverse = Math.imul(inverse, 2 - Math.imul(size >>> k, inverse));
  return inverse << (19 - k);
});

class Nothing implements Heap {
  allocate(size: number): number {
    return size;
  }
  free(_: number): void {}
}

/** One size, no check, a link in each free block. Word 0 is the head. */
class OneSize implements Heap {
  declare readonly w: Int32Array;
  constructor(blocks: number, size: number) {
    this.w = new Int32Array(WORDS);
    for (let i = blocks; i >= 0; i--) this.free(HEAP_START + i * size);
  }
  allocate(_: number): number {
    const w = this.w;
    const offset = w[0]!;
    w[0] = w[offset >>> 2]!;
    return offset;
  }
  free(offset: number): void {
    const w = this.w;
    w[offset >>> 2] = w[0]!;
    w[0] = offset;
  }
}

/** A list for each class; the page table says whose a block is. Word c is the head of class c, word 128 + c its size, 256 + c the inverse. */
class Classes implements Heap {
  declare readonly w: Int32Array;
  declare page: number;
  constructor() {
    this.w = new Int32Array(WORDS);
    this.w.set(CLASS_SIZES, 128);
    this.w.set(inverses, 256);
    this.page = HEAP_START >>> 12;
  }
  allocate(size: number): number {
    const w = this.w;
    const c = LINE_OF[(size + 7) >>> 3]!;
    const offset = w[c]!;
    if (offset === 0) return this.more(c);
    w[c] = w[offset >>> 2]!;
    return offset;
  }
  free(offset: number): void {
    const w = this.w;
    const c = w[TABLE + (offset >>> 12)]!;
    w[offset >>> 2] = w[c]!;
    w[c] = offset;
  }
  /** Another page of blocks; of sizes up to a page. */
  more(c: number): number {
    const size = CLASS_SIZES[c]!;
    const start = this.page++ << 12;
    this.w[TABLE + (start >>> 12)] = c;
    for (let at = start; at + size <= start + 4096; at += size) {
      this.w[at >>> 2] = this.w[c]!;
      this.w[c] = at;
      this.w[BITS + (at >>> 8)]! |= 1 << (at >>> 3);
    }
    return this.allocate(size);
  }
}

/** And a number that is no size, no offset, or no page's, is found. */
class Checked extends Classes {
  override allocate(size: number): number {
    if (typeof size !== "number" || size >>> 0 !== size || size > 16384) throw new RangeError("size");
    const w = this.w;
    const c = LINE_OF[(size + 7) >>> 3]!;
    const offset = w[c]!;
    if (offset === 0) return this.more(c);
    w[c] = w[offset >>> 2]!;
    return offset >>> 0;
  }
  override free(offset: number): void {
    if (typeof offset !== "number" || offset >>> 0 !== offset || offset >>> 12 >= 8192) throw new RangeError("offset");
    const w = this.w;
    const c = w[TABLE + (offset >>> 12)]!;
    w[offset >>> 2] = w[c]!;
    w[c] = offset;
  }
}

/** A bit for each 8 bytes, from this word on: of a free block's start it is 1. */
const BITS = 16384;

/** And what is free, or no block's start, can't be freed; a link is believed if the bit is there. */
class Bits extends Classes {
  override allocate(size: number): number {
    if (typeof size !== "number" || size >>> 0 !== size || size > 16384) throw new RangeError("size");
    const w = this.w;
    const c = LINE_OF[(size + 7) >>> 3]!;
    const offset = w[c]!;
    if (offset === 0) return this.more(c);
    const at = BITS + (offset >>> 8);
    const bits = w[at]!;
    const bit = 1 << (offset >>> 3);
    if ((bits & bit) === 0) throw new RangeError("link");
    w[at] = bits ^ bit;
    w[c] = w[offset >>> 2]!;
    return offset >>> 0;
  }
  override free(offset: number): void {
    if (typeof offset !== "number" || offset >>> 0 !== offset || offset >>> 12 >= 8192) throw new RangeError("offset");
    const w = this.w;
    const c = w[TABLE + (offset >>> 12)]!;
    if ((Math.imul(offset & 4095, w[256 + c]!) & -0xff80001) !== 0) throw new RangeError("no block");
    const at = BITS + (offset >>> 8);
    const bits = w[at]!;
    const now = bits | (1 << (offset >>> 3));
    if (now === bits) throw new RangeError("double free");
    w[at] = now;
    w[offset >>> 2] = w[c]!;
    w[c] = offset;
  }
}

type Run = (pairs: number) => void;

/** A loop's source anew for each heap: V8 notes what it saw by the place in the source. */
const LOOP = `(heap, live, places, least, sizes) => {
  let s = 1;
  return (pairs) => {
    for (let i = 0; i < pairs; i++) {
      s ^= s << 13; s ^= s >>> 17; s ^= s << 5;
      const place = (s >>> 0) % places;
      heap.free(live[place]);
      s ^= s << 13; s ^= s >>> 17; s ^= s << 5;
      live[place] = heap.allocate(least + ((s >>> 0) % sizes));
    }
  };
}`;

const RUNGS: readonly (readonly [string, (live: number, most: number) => Heap])[] = [
  ["loop", () => new Nothing()],
  ["one size", (live, most) => new OneSize(live, most)],
  ["classes", () => new Classes()],
  ["arguments checked", () => new Checked()],
  ["a bit a block", () => new Bits()],
  ["slab", () => new SlabAllocator({ capacity: 4 * WORDS }) as unknown as Heap],
];
const ROWS = [
  [256, 64, 64],
  [8192, 64, 64],
  [8192, 8, 64],
  [65_536, 8, 64],
  [8192, 65, 1024],
] as const;

const seconds = Number(process.argv[2] ?? 3);
console.log(`| | ${RUNGS.map(([name]) => name).join(" | ")} |\n| --- |${" ---: |".repeat(RUNGS.length)}`);
for (const [live, least, most] of ROWS) {
  const runs = RUNGS.map(([name, make]) => {
    const heap = make(live, most);
    const blocks = Int32Array.from({ length: live }, (_, i) => heap.allocate(least + (i % (most - least + 1))));
    const loop = runInThisContext(`${LOOP}\n// ${name} ${live}`) as (...of: unknown[]) => Run;
    return loop(heap, blocks, live, least, most - least + 1);
  });
  const best = runs.map(() => Number.POSITIVE_INFINITY);
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    for (const [k, run] of runs.entries()) {
      const start = performance.now();
      for (let i = 0; i < 64; i++) run(256);
      best[k] = Math.min(best[k]!, ((performance.now() - start) * 1e6) / 16384);
    }
  }
  const shown = best.map((ns, k) => (k === 0 ? ns : ns - best[0]!).toFixed(1));
  console.log(`| ${live} × ${least}–${most} | ${shown.join(" | ")} |`);
}
