/** The pool of pages alone: the control block of a heap whose memory nobody needs. */
import { writeFixed } from "../src/fixed.ts";
import { clearHeap } from "../src/heap.ts";
import { freeLarge, makeLarge, resizeLarge } from "../src/large.ts";
import * as L from "../src/layout.ts";
import { verifyHeap } from "../src/verify.ts";

export class Pages {
  readonly w: Int32Array;
  /** Words of the control block that the last call read or wrote, where they are counted. */
  steps = 0;
  readonly #counted: Int32Array;

  constructor(limit: number, count = false) {
    const w = new Int32Array(L.layoutOf(limit, 1).words);
    writeFixed(w, 0, limit, 1);
    w[L.H_PAGES] = limit;
    clearHeap(w);
    this.w = w;
    this.#counted = !count
      ? w
      : new Proxy(w, {
          get: (_, word) => {
            this.steps++;
            return w[Number(word)];
          },
          set: (_, word, value) => {
            this.steps++;
            w[Number(word)] = value;
            return true;
          },
        });
  }

  /** The first page of a large block, or 0. */
  make(pages: number, align = 1): number {
    this.steps = 0;
    return makeLarge(this.#counted, 0, pages, align, 0);
  }

  free(page: number): void {
    const pages = this.w[L.TABLE + page] & L.E_PAGES;
    this.steps = 0;
    freeLarge(this.#counted, 0, page, pages);
  }

  resize(page: number, want: number): boolean {
    const pages = this.w[L.TABLE + page] & L.E_PAGES;
    this.steps = 0;
    return resizeLarge(this.#counted, 0, page, pages, want);
  }

  /** A block with no free page before it, nor behind. */
  apart(pages: number, align = 1): number {
    const page = this.make(pages, align);
    // Of the gaps that alignment left each page is taken before one behind the block is: they are shorter.
    while (this.make(1) < page);
    return page;
  }

  verify(): void {
    verifyHeap(this.w);
  }
}
