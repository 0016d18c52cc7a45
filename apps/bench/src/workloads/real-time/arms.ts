/**
 * Tick stability in real time: the same cadence and the same load, once in a Tesla pool and once as objects that the collector
 * has to find.
 *
 *     load     a block is written when it is made, read one tick later, and dead after two; beside them are 100,000 states
 *              that stay, of which some change with each tick
 *     ariax    TeslaConsciousnessPool and ConsciousnessStatePool
 *     gc       objects up to 64 bytes and typed arrays above (why: `../../subjects/programs/tick.ts`), in an array a tick
 *
 * Both are called by `TeslaConsciousnessPool.run`, so that the clock and the waiting are the same.
 */
import { ConsciousnessStatePool, type StateHandle, TeslaConsciousnessPool } from "@ariax/consciousness";
import type { Arm } from "../../subjects/programs/subjects.ts";
import { OBJECT_BYTES } from "../../subjects/programs/tick.ts";
import { fraction } from "../../subjects/programs/values.ts";
import { FRAMES, type Load, RESIDENT } from "./load.ts";

/** Residents that change in a beat. */
const TOUCHED = 100;

/** What is done at beat number `beat`; returns a sum of what was read. */
export type Beat = (beat: number) => number;

/** How often each harmonic has rotated since the beat before this one, which need not be the last: beats can be missed. */
class Rotations {
  readonly times: Int32Array;
  readonly #due: Uint8Array;
  #last = -1;

  constructor({ due, harmonics }: Load) {
    this.#due = due;
    this.times = new Int32Array(harmonics.length);
  }

  until(beat: number): Int32Array {
    const { times } = this;
    const due = this.#due;
    times.fill(0);
    while (this.#last < beat) {
      const rotate = due[++this.#last % due.length]!;
      for (let h = 0; h < times.length; h++) times[h]! += (rotate >> h) & 1;
    }
    return times;
  }
}

/** The pool that gives the cadence, and what to do at each beat. */
export function armOf(arm: Arm, load: Load, resident: number = RESIDENT): { pool: TeslaConsciousnessPool; beat: Beat } {
  const { frequency: teslaFrequency, harmonics, bytesPerTick } = load;
  const pool = new TeslaConsciousnessPool({
    ...{ teslaFrequency, harmonics, frames: FRAMES },
    bytesPerTick: arm === "ariax" ? bytesPerTick : 4096,
  });
  return { pool, beat: arm === "ariax" ? inPool(pool, load, resident) : asObjects(load, resident) };
}

function inPool(pool: TeslaConsciousnessPool, load: Load, resident: number): Beat {
  const { sizes, owners, ends, harmonics } = load;
  const arenas = harmonics.map((k) => pool.harmonic(k));
  const words = new Int32Array(pool.memory.buffer);
  /** By harmonic, the blocks of its present tick. */
  const live = harmonics.map(() => new Int32Array(load.most));
  const counts = new Int32Array(harmonics.length);
  const states = new ConsciousnessStatePool({ poolSize: resident, fields: { phase: "f64", tick: "i32" } });
  const { phase, tick: at } = states.columns;
  const kept = Float64Array.from({ length: resident }, () => states.allocateConsciousnessState());
  kept.forEach((handle, i) => {
    phase[states.slot(handle as StateHandle)] = fraction(i);
  });
  const rotations = new Rotations(load);
  return (beat) => {
    const step = beat % ends.length;
    const times = rotations.until(beat);
    let sum = 0;
    for (let h = 0; h < live.length; h++) {
      if (times[h] === 0) continue;
      const blocks = live[h]!;
      // Where beats were missed, the blocks are dead already.
      for (let n = 0; n < counts[h]! && times[h] === 1; n++) {
        const w = blocks[n]! >>> 2;
        sum = (sum + words[w + 1]! + words[w + 3]!) & 0x3fffffff;
      }
      counts[h] = 0;
    }
    for (let i = step === 0 ? 0 : ends[step - 1]!; i < ends[step]!; i++) {
      const h = owners[i]!;
      const size = sizes[i]!;
      const block = arenas[h]!.allocate(size);
      live[h]![counts[h]!++] = block;
      const w = block >>> 2;
      words[w] = i;
      words[w + 1] = size;
      words[w + 2] = h;
      words[w + 3] = ~i;
    }
    for (let n = 0; n < TOUCHED; n++) {
      const slot = states.slot(kept[(TOUCHED * beat + n) % resident] as StateHandle);
      phase[slot]! += 0.125;
      at[slot] = beat;
    }
    return sum;
  };
}

interface Event {
  serial: number;
  size: number;
  harmonic: number;
  check: number;
}

function asObjects(load: Load, resident: number): Beat {
  const { sizes, owners, ends, harmonics } = load;
  // By harmonic, what was made in its present tick and in the one before: a list of objects and one of buffers.
  const none = () => harmonics.map((): { objects: Event[]; buffers: Int32Array[] } => ({ objects: [], buffers: [] }));
  const [now, before] = [none(), none()];
  const states = Array.from({ length: resident }, (_, i) => ({ teslaFrequency: 3.14159, phase: fraction(i), tick: 0 }));
  const rotations = new Rotations(load);
  return (beat) => {
    const step = beat % ends.length;
    const times = rotations.until(beat);
    let sum = 0;
    for (let h = 0; h < now.length; h++) {
      if (times[h] === 0) continue;
      const { objects, buffers } = now[h]!;
      if (times[h] === 1) {
        for (let n = 0; n < objects.length; n++) sum = (sum + objects[n]!.size + objects[n]!.check) & 0x3fffffff;
        for (let n = 0; n < buffers.length; n++) sum = (sum + buffers[n]![1]! + buffers[n]![3]!) & 0x3fffffff;
      }
      before[h] = now[h]!;
      now[h] = { objects: [], buffers: [] };
    }
    for (let i = step === 0 ? 0 : ends[step - 1]!; i < ends[step]!; i++) {
      const harmonic = owners[i]!;
      const size = sizes[i]!;
      if (size <= OBJECT_BYTES) now[harmonic]!.objects.push({ serial: i, size, harmonic, check: ~i });
      else {
        const buffer = new Int32Array((size + 3) >>> 2);
        buffer[0] = i;
        buffer[1] = size;
        buffer[2] = harmonic;
        buffer[3] = ~i;
        now[harmonic]!.buffers.push(buffer);
      }
    }
    for (let n = 0; n < TOUCHED; n++) {
      const state = states[(TOUCHED * beat + n) % resident]!;
      state.phase += 0.125;
      state.tick = beat;
    }
    return sum;
  };
}
