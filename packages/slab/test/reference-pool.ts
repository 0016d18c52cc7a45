/** The half of reference.ts that knows pages: LAYOUT.md's "Bins", "Take", "Give", "Link", "Grow", and the lists. */
export const PAGE = 4096;
const MAGIC = 0x58415241;
const [LIMIT, PAGES, USED, PEAK, CHECK] = [3, 16, 17, 18, 19];
const [BINS, HEADS, INFO] = [5, 6, 7];
export const TABLE = 600;
const LONGER = 3;

export class ReferencePool {
  /** The control block, and what lies behind it. */
  readonly w: Int32Array;
  readonly buffer: ArrayBuffer;
  readonly base: number;

  /** Of a buffer that may be resizable: the words are as many as it has. */
  constructor(buffer: ArrayBuffer, base: number) {
    this.buffer = buffer;
    this.base = base;
    this.w = new Int32Array(buffer, base);
  }

  protected take(n: number, a: number): number {
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

  /** The n pages from `next` on, if they are free. */
  protected takeAt(next: number, n: number): boolean {
    const { w } = this;
    if (next >= w[PAGES] || !this.isFree(next) || w[this.info(next)] < n) return false;
    const length = w[this.info(next)];
    const last = next + length - 1;
    this.unlink(last);
    if (length > n) this.link(last, length - n);
    this.use(n);
    return true;
  }

  protected give(page: number, n: number): void {
    this.use(-n);
    this.add(page, n);
  }

  protected add(page: number, n: number): void {
    const { w } = this;
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

  protected use(n: number): void {
    const { w } = this;
    w[USED] += n;
    w[PEAK] = Math.max(w[PEAK], w[USED]);
    this.check();
  }

  protected check(): void {
    this.w[CHECK] = this.w[PAGES] ^ this.w[PEAK] ^ MAGIC;
  }

  /** Of a slab, a = 1. */
  protected grow(n: number, a: number): boolean {
    const { w } = this;
    const now = w[PAGES];
    const t = this.isFree(now - 1) ? w[this.info(now - 1)] : 0;
    const start = now - t + this.base / PAGE;
    const m = Math.max(1, Math.ceil(start / a) * a - start + n - t);
    const most = w[LIMIT] - now;
    if (m > most) return false;
    const more = Math.min(most, Math.max(m, Math.min(now, 16384)));
    const end = this.base + (now + more) * PAGE;
    if (this.buffer.byteLength < end) this.buffer.resize(end);
    w[PAGES] = now + more;
    this.check();
    this.add(now, more);
    return true;
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

  protected binOf(n: number): number {
    const e = Math.floor(Math.log2(n));
    return n < 64 ? n : 32 * (e - 4) + ((n >>> (e - 5)) & 31);
  }

  protected isFree(page: number): boolean {
    const entry = this.w[TABLE + page];
    return entry >= (0xc0000000 | 0) && entry <= 0;
  }

  // Lists of a class's slabs

  protected push(head: number, page: number): void {
    const { w } = this;
    const next = w[head];
    w[this.info(page) + 1] = next;
    w[this.info(page) + 2] = 0;
    if (next !== 0) w[this.info(next) + 2] = page;
    w[head] = page;
  }

  protected pop(head: number, page: number): void {
    const { w } = this;
    const [next, prev] = [w[this.info(page) + 1], w[this.info(page) + 2]];
    if (next !== 0) w[this.info(next) + 2] = prev;
    if (prev !== 0) w[this.info(prev) + 1] = next;
    else w[head] = next;
  }

  protected info(page: number): number {
    return this.w[INFO] + 4 * page;
  }
}
