/**
 * A second engine, written from LAYOUT.md alone, plain and slow, sharing no code with src: what that page says is enough. The
 * comments name its sections. Blocks and slabs are here, pages in reference-pool.ts.
 */
import { PAGE, ReferencePool, TABLE } from "./reference-pool.ts";

const [LIMIT, BITS, FIRST, STACKS, DEPTH, PAGES, USED, TRIM] = [3, 8, 10, 11, 12, 16, 17, 20];
const [WORD, BASE, SIZE, INVERSE, TOP, BOTTOM, LIST, HAVE] = [0, 1, 2, 3, 4, 5, 6, 7];
const LINES = 32;
const ZERO = 31;

/** A block of a slab: LAYOUT.md, "Bitmaps". */
interface Block {
  /** Its class line, its slab, its bitmap word, and that word's number in the slab. */
  readonly l: number;
  readonly s: number;
  readonly word: number;
  readonly i: number;
  readonly bit: number;
}

export class Reference extends ReferencePool {
  /** A new heap of a buffer that is zero, which may grow to be `limit` pages long. */
  static create(buffer: ArrayBuffer, base: number, limit: number): Reference {
    const it = new Reference(buffer, base);
    const { w } = it;
    const binOf = it.binOf(limit);
    const bins = TABLE + limit;
    const heads = bins + 1 + Math.ceil((binOf + 1) / 32);
    const info = Math.ceil((heads + binOf + 1) / 4) * 4;
    const bits = info + 4 * limit;
    const depth = limit < 256 ? 8 : limit < 4096 ? 32 : 64;
    const stacks = Math.ceil((bits + 8 * limit) / depth) * depth;
    const first = Math.ceil((4 * (stacks + 71 * depth)) / PAGE);
    w.set([0x58415241, 2, base, limit, 1, bins, heads, info, bits, 0, first, stacks, depth]);
    for (let c = 0; c < 71; c++) {
      // Every 8 bytes up to 128, then eight per doubling.
      const size = c < 15 ? 16 + 8 * c : 2 ** (7 + ((c - 15) >> 3)) * (1 + (((c - 15) % 8) + 1) / 8);
      const k = Math.log2(size & -size);
      const m = size >>> k;
      let inverse = 1n;
      while ((BigInt(m) * inverse) % 2n ** 32n !== 1n) inverse = (inverse * (2n - BigInt(m) * inverse)) & 0xffffffffn;
      const l = LINES + 8 * c;
      const entries = depth === 8 && size > PAGE ? 0 : Math.min(depth / 2 - 1, Math.max(8, Math.floor(16384 / size)));
      w[l + SIZE] = size;
      w[l + INVERSE] = Number(inverse) << (19 - k);
      w[l + BOTTOM] = stacks + (c + 1) * depth - 2 * entries - 2;
    }
    w[PAGES] = Math.floor((buffer.byteLength - base) / PAGE);
    it.reset();
    return it;
  }

  reset(): void {
    const { w } = this;
    for (let l = LINES; l < TABLE; l += 8) {
      this.leave(l);
      w[l + TOP] = w[l + BOTTOM];
      w[l + LIST] = w[l + HAVE] = 0;
    }
    w[TRIM] = 32;
    w.fill(0, TABLE, TABLE + w[PAGES]);
    w[TABLE + w[FIRST] - 1] = 0xa0000000;
    w.fill(0, w[5], w[7]);
    this.add(w[FIRST], w[PAGES] - w[FIRST]);
    w[USED] = 0;
    this.check();
  }

  // Allocate

  /** 0 where there is no room. */
  allocate(size: number, alignment = 8): number {
    if (size > 16384 || alignment > PAGE) {
      return this.allocateLarge(Math.max(1, Math.ceil(size / PAGE)), Math.max(1, alignment / PAGE));
    }
    const { w } = this;
    let l = LINES;
    while (w[l + SIZE] < size || w[l + SIZE] % alignment !== 0) l += 8;
    let p = this.from(l);
    if (p === 0 && this.trim()) p = this.from(l);
    if (p === 0 && this.grow(Math.ceil(w[l + SIZE] / PAGE), 1)) p = this.from(l);
    for (let m = l + 8; p === 0 && m < TABLE && w[m + SIZE] <= 2 * w[l + SIZE]; m += 8) {
      if (w[m + SIZE] % alignment === 0) p = this.from(m);
    }
    return p !== 0 ? p : this.allocateLarge(Math.ceil(w[l + SIZE] / PAGE), 1);
  }

  /** Steps 1 to 3. */
  private from(l: number): number {
    const { w } = this;
    if (w[w[l + WORD]] === 0) {
      const top = w[l + TOP];
      if (w[top] !== 0) {
        w[l + TOP] = top - 2;
        w[w[top + 1] >>> 5] &= ~(1 << (w[top + 1] & 31));
        return w[top] >>> 0;
      }
      if (!this.refill(l)) return 0;
    }
    const bit = 31 - Math.clz32(w[w[l + WORD]] & -w[w[l + WORD]]);
    w[w[l + WORD]] &= ~(1 << bit);
    return (w[l + BASE] + bit * w[l + SIZE]) >>> 0;
  }

  private refill(l: number): boolean {
    const { w } = this;
    let s = this.cursorSlab(l);
    if (s !== 0) w[this.info(s)] &= ~(1 << (this.lastWord(s) - w[l + WORD]));
    if (s === 0 || w[this.info(s)] === 0) {
      this.leave(l);
      if (w[l + LIST] === 0) this.trimFor(this.nextPages(l));
      s = w[l + LIST];
      if (s !== 0) this.pop(l + LIST, s);
      else {
        s = this.slab(l, this.nextPages(l)) || this.slab(l, Math.ceil(w[l + SIZE] / PAGE));
        if (s === 0) return false;
      }
    }
    const summary = w[this.info(s)];
    const i = 31 - Math.clz32(summary);
    w[l + WORD] = this.lastWord(s) - i;
    w[l + BASE] = this.end(s) - 32 * (i + 1) * w[l + SIZE];
    return true;
  }

  private nextPages(l: number): number {
    const size = this.w[l + SIZE];
    const have = this.w[l + HAVE];
    const least = Math.ceil(size / PAGE);
    if (have === 0) return least;
    const enough = Math.min(4, Math.ceil((16 * size) / PAGE));
    const over = size <= 128 ? PAGE % size : 0;
    const most = Math.floor(over === 0 ? (511 * size) / PAGE : (size - 1) / over);
    let n = Math.min(most, Math.max(least, enough, Math.min(8, Math.floor(have / 8))));
    while ((n * PAGE) % size > (n * PAGE) / 16) n++;
    return n;
  }

  /** A new slab of n pages, or 0. */
  private slab(l: number, n: number): number {
    const { w } = this;
    const first = this.take(n, 1);
    if (first === 0) return 0;
    const s = first + n - 1;
    const blocks = Math.floor((PAGE * n) / w[l + SIZE]);
    w[l + HAVE] += n;
    w.fill(((s + 1) << 7) | (l / 8), TABLE + first, TABLE + s + 1);
    w[this.info(s) + 3] = (blocks << 8) | n;
    w[this.info(s)] = 2 ** Math.ceil(blocks / 32) - 1;
    for (let i = 0; 32 * i < blocks; i++) w[this.lastWord(s) - i] = this.full(s, i);
    return s;
  }

  private allocateLarge(n: number, a: number): number {
    this.trimFor(n);
    let p = this.take(n, a);
    if (p === 0 && this.trim()) p = this.take(n, a);
    if (p === 0 && this.grow(n, a)) p = this.take(n, a);
    if (p === 0) return 0;
    this.markLarge(p, n);
    return this.base + p * PAGE;
  }

  // Free

  free(offset: number): void {
    const { w } = this;
    const p = (offset - this.base) >>> 12;
    if (w[TABLE + p] > 0) {
      this.setBit(offset);
      this.put(offset);
      return;
    }
    const n = w[TABLE + p] & 0xfffff;
    w[TABLE + p + n - 1] = 0;
    w[TABLE + p] = 0xe0000000 | n;
    this.give(p, n);
  }

  /** False, and nothing changed, where one can't be freed. */
  freeMany(offsets: readonly number[]): boolean {
    if (new Set(offsets).size < offsets.length || offsets.some((p) => this.what(p) !== "live")) return false;
    const entry = (p: number) => this.w[TABLE + ((p - this.base) >>> 12)];
    const small = offsets.map((p) => entry(p) > 0);
    for (const [k, p] of offsets.entries()) if (small[k]) this.setBit(p);
    for (const [k, p] of offsets.entries()) {
      if (!small[k]) this.free(p);
      else if (entry(p) > 0) this.put(p);
    }
    return true;
  }

  private setBit(offset: number): void {
    const { word, bit } = this.block(offset);
    this.w[word] |= 1 << (bit & 31);
  }

  /** Steps 1 to 3, the bit being set. */
  private put(offset: number): void {
    const { w } = this;
    const { l, s, word, i, bit } = this.block(offset);
    if (word === w[l + WORD]) return;
    if (w[l + TOP] + 2 < w[STACKS] + w[DEPTH] * ((l - LINES) / 8 + 1)) {
      w[l + TOP] += 2;
      w[w[l + TOP]] = offset;
      w[w[l + TOP] + 1] = bit;
    } else if (((w[this.info(s)] >>> i) & 1) === 0 || w[word] === this.full(s, i)) this.offer(l, s, i);
  }

  private offer(l: number, s: number, i: number): void {
    const { w } = this;
    const summary = w[this.info(s)];
    w[this.info(s)] |= 1 << i;
    if (this.cursorSlab(l) === s) return;
    if (summary === 0) this.push(l + LIST, s);
    if (this.whole(s)) this.retire(l, s);
  }

  private retire(l: number, s: number): void {
    const { w } = this;
    this.pop(l + LIST, s);
    const n = w[this.info(s) + 3] & 255;
    const kept: number[] = [];
    for (let at = w[l + BOTTOM] + 2; at <= w[l + TOP]; at += 2) {
      if (this.block(w[at] >>> 0).s !== s) kept.push(w[at], w[at + 1]);
    }
    w.set(kept, w[l + BOTTOM] + 2);
    w[l + TOP] = w[l + BOTTOM] + kept.length;
    w[l + HAVE] -= n;
    for (let p = s - n + 1; p <= s; p++) w[TABLE + p] |= 0xc0000000;
    this.give(s - n + 1, n);
  }

  // Trim

  private trim(): boolean {
    const { w } = this;
    const used = w[USED];
    for (let l = LINES; l < TABLE; l += 8) {
      if (w[l + HAVE] === 0) continue;
      while (w[w[l + TOP]] !== 0) {
        const { s, i } = this.block(w[w[l + TOP]] >>> 0);
        w[l + TOP] -= 2;
        this.offer(l, s, i);
      }
      const s = this.cursorSlab(l);
      if (s === 0 || !this.whole(s)) continue;
      this.leave(l);
      this.push(l + LIST, s);
      this.retire(l, s);
    }
    return w[USED] < used;
  }

  private trimFor(n: number): void {
    const { w } = this;
    if (w[USED] + n <= w[TRIM]) return;
    this.trim();
    const want = Math.min(w[USED] + n, w[PAGES]);
    w[TRIM] = Math.max(w[TRIM], want + Math.floor(want / 32) + 32);
  }

  // Resize

  resize(offset: number, size: number): boolean {
    const { w } = this;
    const p = (offset - this.base) >>> 12;
    const entry = w[TABLE + p];
    if (entry > 0) return size <= w[(entry & 127) * 8 + SIZE];
    const n = entry & 0xfffff;
    const m = Math.max(1, Math.ceil(size / PAGE));
    if (m > n && !this.takeAt(p + n, m - n)) {
      const next = p + n;
      const ends = next === w[PAGES] || (this.isFree(next) && next + w[this.info(next)] === w[PAGES]);
      if (!ends || !this.grow(m - n, 1) || !this.takeAt(next, m - n)) return false;
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
    const room = entry > 0 ? this.w[(entry & 127) * 8 + SIZE] : (entry & 0xfffff) * PAGE;
    new Uint8Array(this.buffer).copyWithin(moved, offset, offset + room);
    this.free(offset);
    return moved;
  }

  // What an offset is

  what(offset: number): "live" | "double" | "invalid" {
    const p = (offset - this.base) >>> 12;
    const entry = p < this.w[LIMIT] ? this.w[TABLE + p] : 0;
    const kind = entry >>> 28;
    if (kind === 8) return offset % PAGE === 0 ? "live" : "invalid";
    if (kind >= 14) return offset % PAGE === 0 ? "double" : "invalid";
    const was = entry > 0 ? entry : kind >= 12 ? entry & 0x3fffffff : 0;
    if (was === 0) return "invalid";
    const s = (was >>> 7) - 1;
    const l = (was & 127) * 8;
    if ((Math.imul(this.end(s) - offset, this.w[l + INVERSE]) & 0xf007ffff) !== 0) return "invalid";
    if (entry < 0) return "double";
    const { word, bit } = this.block(offset);
    return (this.w[word] >>> (bit & 31)) & 1 ? "double" : "live";
  }

  private block(offset: number): Block {
    const { w } = this;
    const entry = w[TABLE + ((offset - this.base) >>> 12)];
    const l = (entry & 127) * 8;
    const s = (entry >>> 7) - 1;
    const k = (this.end(s) - offset) / w[l + SIZE];
    if (Math.imul(this.end(s) - offset, w[l + INVERSE]) !== k << 19) throw new Error("INVERSE");
    const bit = 32 * (w[BITS] + 8 * (s + 1)) - k;
    return { l, s, bit, word: Math.floor(bit / 32), i: (k - 1) >>> 5 };
  }

  private end(s: number): number {
    return this.base + PAGE * (s + 1);
  }

  private lastWord(s: number): number {
    return this.w[BITS] + 8 * s + 7;
  }

  /** Word i of a slab whose blocks are free: those that there are, the last one the highest bit. */
  private full(s: number, i: number): number {
    const some = Math.min(32, (this.w[this.info(s) + 3] >>> 8) - 32 * i);
    return -(2 ** (32 - some)) | 0;
  }

  private whole(s: number): boolean {
    const blocks = this.w[this.info(s) + 3] >>> 8;
    for (let i = 0; 32 * i < blocks; i++) if (this.w[this.lastWord(s) - i] !== this.full(s, i)) return false;
    return true;
  }

  /** The slab that the cursor is in, or 0: that of the page whose words these are. */
  private cursorSlab(l: number): number {
    const { w } = this;
    return w[l + WORD] === ZERO ? 0 : (w[TABLE + Math.floor((w[l + WORD] - w[BITS]) / 8)] >>> 7) - 1;
  }

  private leave(l: number): void {
    this.w[l + BASE] = 0;
    this.w[l + WORD] = ZERO;
  }
}
