import { newBuffer } from "@ariax/allocator/implement";

/** Samples that a series keeps at most: 512 KiB. */
export const MAX_SAMPLES = 65536;

const SUM = 0;
const MOST = 1;
const LAST = 2;

/**
 * Statistics of a stream of times in bounded memory, all of it taken at the start. Count, mean and maximum are exact.
 * Quantiles are those of the samples kept: all of them, up to `room`; from then on a *reservoir*, in which each time there
 * was is with the same probability, so that they speak of the whole stream, as the mean does.
 *
 * tried: a ring of the last samples; found: after an hour at 60 Hz it knows the last 18 minutes, beside an hour's maximum.
 */
export class Series {
  declare private readonly samples: Float64Array;
  private readonly totals: Float64Array = new Float64Array(3);
  private readonly random: Uint32Array = Uint32Array.of(0x9e3779b9);
  private added = 0;

  /** `room`: how many times are expected, if that is known; at most `MAX_SAMPLES` are kept. */
  constructor(room: number = MAX_SAMPLES) {
    this.samples = new Float64Array(newBuffer(8 * Math.max(1, Math.min(Math.ceil(room), MAX_SAMPLES))));
  }

  /** The time from the `from`-th of `times` to the `to`-th; one below 0 counts as 0. O(1), no garbage: see `times.ts`. */
  add(times: Float64Array, from: number, to: number): void {
    const value = Math.max(0, times[to] - times[from]);
    const totals = this.totals;
    const room = this.samples.length;
    const count = ++this.added;
    totals[SUM] += value;
    totals[LAST] = value;
    if (value > totals[MOST]) totals[MOST] = value;
    if (count <= room) this.samples[count - 1] = value;
    else {
      // Vitter's algorithm R: the n-th sample comes in with a probability of room / n, in the place of any
      const at = Math.floor((this.next() / 2 ** 31) * count);
      if (at < room) this.samples[at] = value;
    }
  }

  get count(): number {
    return this.added;
  }

  /** 0 where there was nothing. */
  get mean(): number {
    return this.added === 0 ? 0 : this.totals[SUM] / this.added;
  }

  /** The last one added; 0 where there was nothing. */
  get last(): number {
    return this.totals[LAST];
  }

  /** The largest; 0 where there was nothing. */
  get max(): number {
    return this.totals[MOST];
  }

  /**
   * By nearest rank: the smallest sample that is not below `parts[i]` of them, for each i; 0 where there was nothing.
   * O(n log n).
   */
  quantiles(...parts: number[]): number[] {
    const sorted = this.samples.slice(0, Math.min(this.added, this.samples.length)).sort();
    // 0.07 * 100 is a little above 7
    return parts.map((part) => sorted[Math.max(0, Math.ceil(part * sorted.length - 1e-9) - 1)] ?? 0);
  }

  /** Xorshift: the same samples for the same stream. 31 bits, a small integer. */
  private next(): number {
    let x = this.random[0];
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.random[0] = x;
    return x >>> 1;
  }
}
