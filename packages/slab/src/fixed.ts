/** The words of a heap that never change: what they must be, and whether they are. */
import { CorruptionError } from "@ariax/allocator";
import * as L from "./layout.ts";
import { CLASS_SIZES, CLASSES, inverseOf } from "./size-class.ts";

/** The header and class lines as they must be for the heap's life. */
export function writeFixed(w: Int32Array, base: number, limit: number, lanes: number): void {
  const layout = L.layoutOf(limit, lanes);
  w[L.H_MAGIC] = L.MAGIC;
  w[L.H_VERSION] = L.VERSION;
  w[L.H_BASE] = base;
  w[L.H_LIMIT] = limit;
  w[L.H_LANES] = lanes;
  w[L.H_BINS] = layout.bins;
  w[L.H_HEADS] = layout.heads;
  w[L.H_INFO] = layout.info;
  w[L.H_BITS] = layout.bits;
  w[L.H_REMOTE] = layout.remote;
  w[L.H_FIRST] = layout.first;
  w[L.H_STACKS] = layout.stacks;
  w[L.H_DEPTH] = layout.depth;
  for (let c = 0; c < CLASSES; c++) {
    const line = L.LINES + (c << L.LINE_SHIFT);
    const size = CLASS_SIZES[c];
    w[line + L.C_SIZE] = size;
    w[line + L.C_BOTTOM] = L.stackBottom(layout, c, size);
    w[line + L.C_INVERSE] = inverseOf(size);
  }
}

/** Throws where a word that is fixed for the heap's life differs from what it must be. */
export function checkFixed(w: Int32Array): void {
  const should = new Int32Array(L.TABLE);
  writeFixed(should, w[L.H_BASE], w[L.H_LIMIT], w[L.H_LANES]);
  const changingHeader = [L.H_PAGES, L.H_USED, L.H_PEAK, L.H_CHECK, L.H_TRIM];
  const changingLine = [L.C_TOP, L.C_WORD, L.C_BASE, L.C_LIST, L.C_PAGES];
  for (let i = 0; i < L.TABLE; i++) {
    if (i < L.LINES ? changingHeader.includes(i) : changingLine.includes((i - L.LINES) % L.LINE_WORDS)) continue;
    if (w[i] !== should[i]) throw new CorruptionError(`header word ${i} is ${w[i]}, must be ${should[i]}`);
  }
}
