/** The half of reference.ts that knows pages: LAYOUT.md's "Bins", "Take", "Give", "Relink", "Grow", and the lists. */
export const PAGE = 4096;
const MAGIC = 0x58415241;
const [LIMIT, PAGES, USED, PEAK, CHECK] = [3, 16, 17, 18, 19];
const [BINS, HEADS, INFO] = [5, 6, 7];
export const TABLE = 600;

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
    const bins = w[INFO] - w[HEADS];
    const skip = (last: number) => {
      const page = last - w[this.info(last)] + 1 + this.base / PAGE;
      return Math.ceil(page / a) * a - page;
    };
    let sure = this.binOf(n + a - 1);
    if (this.binOf(n + a - 2) === sure) sure++;
    let last = 0;
    for (let b = sure; b < bins && last === 0; b++) last = w[w[HEADS] + b];
    for (let b = this.binOf(n); last === 0 && b < Math.min(sure, bins); b++) {
      last = w[w[HEADS] + b];
      while (last !== 0 && w[this.info(last)] < skip(last) + n) last = w[this.info(last) + 1];
    }
    if (last === 0) return 0;
    const length = w[this.info(last)];
    const first = last - length + 1;
    const s = skip(last);
    this.relink(last, length, length - s - n);
    if (s > 0) this.link(first + s - 1, s);
    this.use(n);
    return first + s;
  }

  protected give(page: number, n: number): void {
    this.use(-n);
    this.add(page, n);
  }

  protected add(page: number, n: number): void {
    const { w } = this;
    let first = page;
    if (this.isFree(page - 1)) {
      first -= w[this.info(page - 1)];
      this.unlink(page - 1, page - first);
    }
    const end = page + n;
    if (end < w[PAGES] && this.isFree(end)) {
      const after = w[this.info(end)];
      this.relink(end + after - 1, after, end + after - first);
    } else this.link(end - 1, end - first);
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

  protected relink(last: number, from: number, to: number): void {
    if (to !== 0 && this.binOf(from) === this.binOf(to)) {
      this.write(last, to);
      return;
    }
    this.unlink(last, from);
    if (to !== 0) this.link(last, to);
  }

  private link(last: number, n: number): void {
    this.write(last, n);
    this.push(this.w[HEADS] + this.binOf(n), last);
    this.mark(this.binOf(n));
  }

  private unlink(last: number, n: number): void {
    this.pop(this.w[HEADS] + this.binOf(n), last);
    this.mark(this.binOf(n));
  }

  private write(last: number, n: number): void {
    for (const page of [last - n + 1, last]) {
      this.w[this.info(page)] = n;
      if (!this.isFree(page)) this.w[TABLE + page] = 0;
    }
  }

  private mark(bin: number): void {
    const { w } = this;
    const set = (word: number, bit: number, on: boolean) => (on ? (w[word] |= 1 << bit) : (w[word] &= ~(1 << bit)));
    set(w[BINS] + 1 + (bin >>> 5), bin & 31, w[w[HEADS] + bin] !== 0);
    set(w[BINS], bin >>> 5, w[w[BINS] + 1 + (bin >>> 5)] !== 0);
  }

  protected binOf(n: number): number {
    const e = Math.floor(Math.log2(n));
    return n < 8 ? n : 8 * (e - 2) + ((n >>> (e - 3)) & 7);
  }

  protected isFree(page: number): boolean {
    const entry = this.w[TABLE + page];
    return entry >= (0xc0000000 | 0) && entry <= 0;
  }

  // Lists: of a class's slabs, of a bin's runs

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
