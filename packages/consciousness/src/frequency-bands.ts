/**
 * Which slots of a pool have which frequency, so that those of a band are found without looking at all.
 *
 *     band    0         1            …   11        12        13             …   31
 *     Hz      ▒ < 2⁻⁹   2⁻⁹ – 2⁻⁸        2 – 4     4 – 8     8 – 16             2²¹ and above
 *     slots   BitSet    BitSet           BitSet    BitSet    BitSet             BitSet
 *
 * A band is an octave: the exponent of the number itself says which, so that no logarithm is taken and none is rounded.
 */
import { newBuffer } from "@ariax/allocator";
import { BitSet } from "@ariax/bitset";

const BANDS = 32;
/** The exponent of band 1, and what a 64-bit float adds to its exponent. */
const FIRST_EXPONENT = -9;
const EXPONENT_BIAS = 1023;

const float = /* @__PURE__ */ new Float64Array(1);
const halves = /* @__PURE__ */ new Int32Array(float.buffer);
/** Which half has the exponent: the second, where the lower byte comes first. */
const HIGH = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ Uint16Array.of(1).buffer)[0];

/** The band of a frequency above 0. */
export function bandOf(frequency: number): number {
  float[0] = frequency;
  const exponent = (halves[HIGH] >>> 20) - EXPONENT_BIAS;
  return Math.min(Math.max(exponent - FIRST_EXPONENT + 1, 0), BANDS - 1);
}

export class FrequencyBands {
  declare private readonly bands: readonly BitSet[];
  /** Of each slot that was ever in one: so that it is taken out without its frequency, a fraction that might become an object. */
  declare private readonly bandBySlot: Uint8Array;

  /** For slots from 0 to `slots` − 1, none in any band. A bit for each slot and band, made once. */
  constructor(slots: number) {
    this.bands = Array.from({ length: BANDS }, () => new BitSet(slots));
    this.bandBySlot = new Uint8Array(newBuffer(slots));
  }

  /** O(levels of the bitset). */
  add(slot: number, frequency: number): void {
    const band = bandOf(frequency);
    this.bandBySlot[slot] = band;
    this.bands[band].set(slot);
  }

  /** O(levels of the bitset). */
  remove(slot: number): void {
    this.bands[this.bandBySlot[slot]].clear(slot);
  }

  /** Is a slot in the band of this frequency? */
  has(slot: number, frequency: number): boolean {
    return this.bands[bandOf(frequency)].has(slot);
  }

  /** Slots in all bands together. */
  get count(): number {
    return this.bands.reduce((sum, band) => sum + band.count, 0);
  }

  /** The slots of each band that has a part between `low` and `high`; the caller looks which of them are. */
  *between(low: number, high: number): Generator<number, void, undefined> {
    const last = bandOf(high);
    for (let b = bandOf(low); b <= last; b++) {
      const band = this.bands[b];
      for (let slot = band.first(); slot >= 0; slot = band.next(slot + 1)) yield slot;
    }
  }
}
