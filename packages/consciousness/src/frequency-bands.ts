/**
 * Which slots of a pool have which frequency, so that those of a band are found without looking at all.
 *
 *     band    0         1            …   11        12        13             …   31
 *     Hz      ▒ < 2⁻⁹   2⁻⁹ – 2⁻⁸        2 – 4     4 – 8     8 – 16             2²¹ and above
 *     slots   BitSet    BitSet           BitSet    BitSet    BitSet             BitSet
 *
 * A band is an octave: the exponent of the number itself says which, so that no logarithm is taken and none is rounded.
 *
 * A change of a state only notes its slot, once however often it changes: a load and, the first time, two stores. Who looks at the bands
 * next puts what was noted where it belongs, for some 10 ns each.
 */
import { newBuffer } from "@ariax/allocator/implement";
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

/** In `bandBySlot`: the slot is noted. Below it are the band and one, or 0 for none. */
const NOTED = 0x80;

export class FrequencyBands {
  declare private readonly bands: readonly BitSet[];
  declare private readonly bandBySlot: Uint8Array;
  /** Slots that changed since they were put into their bands, and how many. */
  declare private readonly noted: Int32Array;
  declare private notes: number;
  /** The Hz of the state in a slot, 0 where there is none. */
  declare private readonly frequencyAt: (slot: number) => number;
  /** How many changes there had been when this was right. */
  declare seen: number;

  /** For slots from 0 to `slots` − 1, none in any band. A bit for each slot and band, made once. */
  constructor(slots: number, frequencyAt: (slot: number) => number = () => 0) {
    this.bands = Array.from({ length: BANDS }, () => new BitSet(slots));
    this.bandBySlot = new Uint8Array(newBuffer(slots));
    this.noted = new Int32Array(newBuffer(4 * slots));
    this.notes = 0;
    this.frequencyAt = frequencyAt;
    this.seen = 0;
  }

  /** The state in a slot was made, ended or retuned, after `changes` others. Is one of them not here, nothing is right any more, nor noted. O(1). */
  note(slot: number, changes: number): void {
    if (changes !== this.seen) return;
    this.seen = (changes + 1) | 0;
    const band = this.bandBySlot[slot];
    // 0x80: NOTED
    if (band >= 0x80) return;
    this.bandBySlot[slot] = band | 0x80;
    this.noted[this.notes++] = slot;
  }

  /** O(levels of the bitset). */
  add(slot: number, frequency: number): void {
    const band = bandOf(frequency);
    this.bandBySlot[slot] = band + 1;
    this.bands[band].set(slot);
  }

  /** O(levels of the bitset). */
  remove(slot: number): void {
    const band = this.bandBySlot[slot] & ~NOTED;
    if (band > 0) this.bands[band - 1].clear(slot);
    this.bandBySlot[slot] = 0;
  }

  /** Is a slot in the band of this frequency? */
  has(slot: number, frequency: number): boolean {
    this.settle();
    return this.bands[bandOf(frequency)].has(slot);
  }

  /** Slots in all bands together. */
  get count(): number {
    this.settle();
    return this.bands.reduce((sum, band) => sum + band.count, 0);
  }

  /** The slots of each band that has a part between `low` and `high`; the caller looks which of them are. What changes ahead counts. */
  *between(low: number, high: number): Generator<number, void, undefined> {
    const last = bandOf(high);
    for (let b = bandOf(low); b <= last; b++) {
      const band = this.bands[b];
      for (let from = 0; ; ) {
        this.settle();
        const slot = band.next(from);
        if (slot < 0) break;
        yield slot;
        from = slot + 1;
      }
    }
  }

  /** Puts each noted slot where it belongs. */
  private settle(): void {
    for (; this.notes > 0; this.notes--) {
      const slot = this.noted[this.notes - 1];
      const frequency = this.frequencyAt(slot);
      this.remove(slot);
      if (frequency > 0) this.add(slot, frequency);
    }
  }
}
