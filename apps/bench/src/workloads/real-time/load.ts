/** What comes with each tick, in real time: blocks of the scenario *tick*, over and over again. */
import { tick } from "@ariax/trace";
import { ALLOCATE } from "../../subjects/events.ts";
import { mostPerTick } from "../../subjects/programs/room.ts";

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
  const scenario = tick({ frequency, harmonics, seconds, blocksPerSecond, frames: FRAMES });
  const { trace, steps, owner, due } = scenario;
  const births = Array.from({ length: trace.events }, (_, i) => i).filter((i) => trace.op[i] === ALLOCATE);
  const ends: number[] = [];
  let at = 0;
  for (const end of steps) {
    while (at < births.length && births[at]! < end) at++;
    ends.push(at);
  }
  const sizes = Int32Array.from(births, (i) => trace.size[i]!);
  const owners = Uint8Array.from(births, (i) => owner[i]!);
  // The cycle goes round: a tick may begin near the end of one and end in the next.
  const { blocks: most, bytes: bytesPerTick } = mostPerTick(scenario, 2);
  return { frequency, harmonics, sizes, owners, ends: Int32Array.from(ends), due, most, bytesPerTick };
}
