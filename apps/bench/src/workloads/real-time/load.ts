/** What comes with each tick, in real time: blocks of the scenario *tick*, over and over again. */
import { tick } from "@ariax/trace";
import { ALLOCATE } from "../../subjects/events.ts";

export const FREQUENCIES = [3.14159, 60, 144, 1000] as const;
export const BLOCKS_PER_SECOND = 500_000;
/** States that stay, beside the blocks. */
export const RESIDENT = 100_000;
/** Ticks that a block lives, the one it is made in included. */
export const FRAMES = 2;
/** The load repeats itself after so many seconds, or a tick. */
const CYCLE = 0.3;

/** AriaX's own frequency has its harmonics; the others have none. */
export const harmonicsOf = (frequency: number): readonly number[] => (frequency === FREQUENCIES[0] ? [1, 2, 3] : [1]);

/** What comes with each beat: blocks by their sizes and harmonics, in a cycle of beats. */
export interface Load {
  readonly frequency: number;
  readonly harmonics: readonly number[];
  readonly sizes: Int32Array;
  readonly owners: Uint8Array;
  /** By beat of the cycle: the first block after its own. */
  readonly ends: Int32Array;
  /** By beat of the cycle: which harmonics rotate. */
  readonly due: Uint8Array;
  /** The most blocks, and bytes, that a harmonic has in one of its ticks. */
  readonly most: number;
  readonly bytesPerTick: number;
}

export function loadOf(frequency: number, harmonics: readonly number[], blocksPerSecond = BLOCKS_PER_SECOND): Load {
  const periods = Math.max(1, Math.round(CYCLE * frequency));
  const seconds = periods / frequency;
  const { trace, steps, owner, due } = tick({ frequency, harmonics, seconds, blocksPerSecond, frames: FRAMES });
  const births = Array.from({ length: trace.events }, (_, i) => i).filter((i) => trace.op[i] === ALLOCATE);
  const ends: number[] = [];
  let at = 0;
  for (const end of steps) {
    while (at < births.length && births[at]! < end) at++;
    ends.push(at);
  }
  const sizes = Int32Array.from(births, (i) => trace.size[i]!);
  const owners = Uint8Array.from(births, (i) => owner[i]!);
  const [most, bytesPerTick] = mostOf({ sizes, owners, ends, due, harmonics: harmonics.length });
  return { frequency, harmonics, sizes, owners, ends: Int32Array.from(ends), due, most, bytesPerTick };
}

/** Of a tick, as the cycle goes round: it may begin near the end of one and end in the next. */
function mostOf(of: {
  sizes: Int32Array;
  owners: Uint8Array;
  ends: readonly number[];
  due: Uint8Array;
  harmonics: number;
}) {
  const [blocks, bytes] = [new Float64Array(of.harmonics), new Float64Array(of.harmonics)];
  const most = [1, 8] as [number, number];
  for (let beat = 0; beat < 2 * of.ends.length; beat++) {
    const step = beat % of.ends.length;
    for (let h = 0; h < of.harmonics; h++) if ((of.due[step]! >> h) & 1) blocks[h] = bytes[h] = 0;
    for (let i = step === 0 ? 0 : of.ends[step - 1]!; i < of.ends[step]!; i++) {
      const h = of.owners[i]!;
      most[0] = Math.max(most[0], ++blocks[h]!);
      most[1] = Math.max(most[1], (bytes[h]! += (of.sizes[i]! + 7) & ~7));
    }
  }
  return most;
}
