/**
 * A second engine, written from LAYOUT.md alone, plain and slow, sharing no code with src: what that page says is enough. The
 * comments name its sections.
 */
const PAGE = 4096;
const MAGIC = 0x58415241;
const [PAGES, USED, PEAK, CHECK] = [16, 17, 18, 19];
const [BINS, HEADS, INFO, BITS] = [5, 6, 7, 8];
const [WORD, BASE, SIZE, INVERSE, FULL, SLAB, LIST, SHAPE] = [0, 1, 2, 3, 4, 5, 6, 7];
const TABLE = 344;
const LONGER = 3;

export class Reference {
  readonly w: Int32Array;
  readonly buffer: ArrayBuffer;
  readonly base: number;

  /** Of a buffer with a heap in it that does not grow: header and class lines are there. */
  constructor(buffer: ArrayBuffer, base: number) {
    this.buffer = buffer;
    this.base = base;
    this.w = new Int32Array(buffer, base);
  }

  /** 0 where there is no room. */
  allocate(size: number, alignment = 8): number {
    if (size > 16384 || alignment > PAGE) {
      return this.allocateLarge(Math.max(1, Math.ceil(size / PAGE)), Math.max(1, alignment / PAGE));
    }
    const { w } = this;
    let l = 32;
    while (w[l + SIZE] < size || w[l + SIZE] % alignment !== 0) l += 8;
    if (w[w[l + WORD]] !== 0 || this.refill(l) || (this.trim() && this.refill(l))) return this.lowest(l);
    for (let m = l + 8; m < TABLE && w[m + SIZE] <= 2 * w[l + SIZE]; m += 8) {
      if (w[m + SIZE] % alignment === 0 && (w[w[m + WORD]] !== 0 || this.refill(m))) return this.lowest(m);
    }
    return this.allocateLarge(Math.ceil(w[l + SIZE] / PAGE), 1);
  }

  private allocateLarge(n: number, a: number): number {
    let p = this.take(n, a);
    if (p === 0 && this.trim()) p = this.take(n, a);
    if (p === 0) return 0;
    this.markLarge(p, n);
    return this.base + p * PAGE;
  }

  free(offset: number): void {
    const { w } = this;
    const p = (offset - this.base) >>> 12;
    const entry = w[TABLE + p];
    if (entry <= 0) {
      const n = entry & 0xfffff;
      w[TABLE + p + n - 1] = 0;
      w[TABLE + p] = 0xe0000000 | n;
      this.give(p, n);
      return;
    }
    const s = entry >>> 9;
    const l = entry & 511;
    const index = (offset - this.base - s * PAGE) / w[l + SIZE];
    if (Math.imul(offset - this.base - s * PAGE, w[l + INVERSE]) !== index << 19) throw new Error("INVERSE");
    const i = index >>> 5;
    const at = w[BITS] + 8 * s + i;
    const old = w[at];
    w[at] |= 1 << (index & 31);
    if (old === 0) {
      const summary = w[this.info(s)];
      w[this.info(s)] |= 1 << i;
      if (summary === 0) this.list(l, s);
    }
    if (w[at] === w[l + FULL] && s !== w[l + SLAB] && this.whole(l, s)) this.retire(l, s);
  }

  resize(offset: number, size: number): boolean {
    const { w } = this;
    const p = (offset - this.base) >>> 12;
    const entry = w[TABLE + p];
    if (entry > 0) return size <= w[(entry & 511) + SIZE];
    const n = entry & 0xfffff;
    const m = Math.max(1, Math.ceil(size / PAGE));
    if (m > n) {
      const next = p + n;
      if (next >= w[PAGES] || !this.isFree(next) || w[this.info(next)] < m - n) return false;
      const length = w[this.info(next)];
      const last = next + length - 1;
      this.unlink(last);
      if (length > m - n) this.link(last, length - (m - n));
      this.use(m - n);
    }
    this.markLarge(p, m);
    if (m < n) {
      w[TABLE + p + m] = w[TABLE + p + n - 1] = 0;
      this.give(p + m, n - m);
    }
    return true;
  }

  private markLarge(p: number, n: number): void {
    this.w[TABLE + p + n - 1] = 0x90000000;
    this.w[TABLE + p] = 0x80000000 | n;
  }

  reallocate(offset: number, size: number): number {
    if (this.resize(offset, size)) return offset;
    const moved = this.allocate(size);
    if (moved === 0) return 0;
    const entry = this.w[TABLE + ((offset - this.base) >>> 12)];
    const room = entry > 0 ? this.w[(entry & 511) + SIZE] : (entry & 0xfffff) * PAGE;
    new Uint8Array(this.buffer).copyWithin(moved, offset, offset + room);
    this.free(offset);
    return moved;
  }

  // Slabs

  private lowest(l: number): number {
    const { w } = this;
    const bit = w[w[l + WORD]] & -w[w[l + WORD]];
    w[w[l + WORD]] ^= bit;
    return w[l + BASE] + (31 - Math.clz32(bit)) * w[l + SIZE];
  }

  private refill(l: number): boolean {
    const { w } = this;
    let s = w[l + SLAB];
    if (s !== 0) w[this.info(s)] &= ~(1 << (w[l + WORD] - w[BITS] - 8 * s));
    if (s === 0 || w[this.info(s)] === 0) {
      s = w[l + LIST];
      if (s !== 0) this.unlist(l, s);
      else {
        const pages = w[l + SHAPE] & 0xffff;
        const words = w[l + SHAPE] >>> 16;
        s = this.take(pages, 1);
        if (s === 0) {
          this.leave(l);
          return false;
        }
        w.fill((s << 9) | l, TABLE + s, TABLE + s + pages);
        w.fill(w[l + FULL], w[BITS] + 8 * s, w[BITS] + 8 * s + words);
        w[this.info(s)] = 2 ** words - 1;
        w[this.info(s) + 3] = 0;
      }
    }
    const summary = w[this.info(s)];
    const i = 31 - Math.clz32(summary & -summary);
    w[l + SLAB] = s;
    w[l + WORD] = w[BITS] + 8 * s + i;
    w[l + BASE] = this.base + s * PAGE + 32 * i * w[l + SIZE];
    return true;
  }

  private leave(l: number): void {
    this.w[l + SLAB] = this.w[l + BASE] = 0;
    this.w[l + WORD] = 31;
  }

  private trim(): boolean {
    const { w } = this;
    const used = w[USED];
    for (let l = 32; l < TABLE; l += 8) {
      const s = w[l + SLAB];
      if (s === 0 || !this.whole(l, s)) continue;
      this.leave(l);
      this.list(l, s);
      this.retire(l, s);
    }
    return w[USED] < used;
  }

  private whole(l: number, s: number): boolean {
    const from = this.w[BITS] + 8 * s;
    return this.w.subarray(from, from + (this.w[l + SHAPE] >>> 16)).every((word) => word === this.w[l + FULL]);
  }

  private retire(l: number, s: number): void {
    this.unlist(l, s);
    const pages = this.w[l + SHAPE] & 0xffff;
    for (let i = 0; i < pages; i++) this.w[TABLE + s + i] |= 0xc0000000;
    this.give(s, pages);
  }

  private list(l: number, s: number): void {
    this.push(l + LIST, s);
  }

  private unlist(l: number, s: number): void {
    this.pop(l + LIST, s);
  }

  // The page pool

  private take(n: number, a: number): number {
    const { w } = this;
    const skip = (last: number) => {
      const page = last - w[this.info(last)] + 1 + this.base / PAGE;
      return Math.ceil(page / a) * a - page;
    };
    const runs = [...this.runs(n)];
    const fits = (last: number) => skip(last) + n <= w[this.info(last)];
    const isSure = (last: number) => w[this.info(last)] >= n + a - 1;
    const last =
      runs
        .filter((run) => !isSure(run))
        .slice(0, 1024)
        .find(fits) ?? runs.find(isSure);
    if (last === undefined) return 0;
    const length = w[this.info(last)];
    const first = last - length + 1;
    const s = skip(last);
    this.unlink(last);
    if (length > s + n) this.link(last, length - s - n);
    if (s > 0) this.link(first + s - 1, s);
    this.use(n);
    return first + s;
  }

  /** The free runs of at least n pages, in the order of the bins and their lists. */
  private *runs(n: number): Generator<number> {
    const { w } = this;
    for (let b = this.binOf(n); b < w[INFO] - w[HEADS]; b++) {
      for (let first = w[w[HEADS] + b]; first !== 0; first = b < 64 ? 0 : w[this.info(first) + LONGER]) {
        if (w[this.info(first)] < n) continue;
        for (let last = first; last !== 0; last = w[this.info(last) + 1]) yield last;
      }
    }
  }

  private give(page: number, n: number): void {
    const { w } = this;
    this.use(-n);
    let first = page;
    let last = page + n - 1;
    if (this.isFree(page - 1)) {
      first -= w[this.info(page - 1)];
      this.unlink(page - 1);
    }
    if (last + 1 < w[PAGES] && this.isFree(last + 1)) {
      last += w[this.info(last + 1)];
      this.unlink(last);
    }
    this.link(last, last - first + 1);
  }

  private use(n: number): void {
    const { w } = this;
    w[USED] += n;
    w[PEAK] = Math.max(w[PEAK], w[USED]);
    w[CHECK] = w[PAGES] ^ w[PEAK] ^ MAGIC;
  }

  private link(last: number, n: number): void {
    const { w } = this;
    for (const page of [last - n + 1, last]) {
      w[this.info(page)] = n;
      if (!this.isFree(page)) w[TABLE + page] = 0;
    }
    const b = this.binOf(n);
    let word = w[HEADS] + b;
    while (w[word] !== 0 && w[this.info(w[word])] < n) word = this.info(w[word]) + LONGER;
    const old = w[word];
    const isSame = old !== 0 && w[this.info(old)] === n;
    this.lead(word, last);
    this.lead(this.info(last) + 1, isSame ? old : 0);
    if (b >= 64) this.lead(this.info(last) + LONGER, isSame ? w[this.info(old) + LONGER] : old);
    this.mark(b);
  }

  private unlink(last: number): void {
    const { w } = this;
    const at = this.info(last);
    const word = w[at + 2];
    const next = w[at + 1];
    const b = this.binOf(w[at]);
    const isFirst = word < w[INFO] || (word - w[INFO]) % 4 === LONGER;
    if (b >= 64 && isFirst && next !== 0) this.lead(this.info(next) + LONGER, w[at + LONGER]);
    this.lead(word, b >= 64 && isFirst && next === 0 ? w[at + LONGER] : next);
    this.mark(b);
  }

  private lead(word: number, last: number): void {
    this.w[word] = last;
    if (last !== 0) this.w[this.info(last) + 2] = word;
  }

  private mark(bin: number): void {
    const { w } = this;
    const set = (word: number, bit: number, on: boolean) => (on ? (w[word] |= 1 << bit) : (w[word] &= ~(1 << bit)));
    set(w[BINS] + 1 + (bin >>> 5), bin & 31, w[w[HEADS] + bin] !== 0);
    set(w[BINS], bin >>> 5, w[w[BINS] + 1 + (bin >>> 5)] !== 0);
  }

  private binOf(n: number): number {
    const e = Math.floor(Math.log2(n));
    return n < 64 ? n : 32 * (e - 4) + ((n >>> (e - 5)) & 31);
  }

  private isFree(page: number): boolean {
    const entry = this.w[TABLE + page];
    return entry >= (0xc0000000 | 0) && entry <= 0;
  }

  // Lists of a class's slabs

  private push(head: number, page: number): void {
    const { w } = this;
    const next = w[head];
    w[this.info(page) + 1] = next;
    w[this.info(page) + 2] = 0;
    if (next !== 0) w[this.info(next) + 2] = page;
    w[head] = page;
  }

  private pop(head: number, page: number): void {
    const { w } = this;
    const [next, prev] = [w[this.info(page) + 1], w[this.info(page) + 2]];
    if (next !== 0) w[this.info(next) + 2] = prev;
    if (prev !== 0) w[this.info(prev) + 1] = next;
    else w[head] = next;
  }

  private info(page: number): number {
    return this.w[INFO] + 4 * page;
  }
}
