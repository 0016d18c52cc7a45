import type { AllocatorStats, Memory, Offset } from "@ariax/allocator";
import { present, readOptions, statsParts, type Words } from "@ariax/allocator/implement";
import { type FrameArena, type RunOptions, TickArena, type TickReport } from "@ariax/arena";
import { checkFrequency, TESLA_FREQUENCY } from "./frequency.ts";

export interface TeslaPoolOptions {
  /** In Hz, at most 1,000,000; default 3.14159. */
  readonly teslaFrequency?: number | undefined;
  /** Bytes that the blocks of one tick can have, of each harmonic; default 1 MiB. */
  readonly bytesPerTick?: number | undefined;
  /** n for f, 2f … nf, or which; default 3. */
  readonly harmonics?: number | readonly number[] | undefined;
  /** How many ticks a block lives, the one it is allocated in included; default 2. */
  readonly frames?: number | undefined;
  /** For development: see `FrameArena`. */
  readonly checked?: boolean | undefined;
}

const OPTIONS = ["teslaFrequency", "bytesPerTick", "harmonics", "frames", "checked"];

const WORDS: Words<TeslaConsciousnessPool> = {
  name: () => "TeslaConsciousnessPool",
  parts: (it) => [`${it.teslaFrequency} Hz`, ...statsParts(it.stats())],
  what: "a Tesla pool",
  send: "post pool.memory.buffer, and the offsets of blocks",
};

/**
 * Memory whose lifetime is the tick: a `TickArena` in AriaX's words.
 *
 *     teslaFrequency        frequency     of the tick, in Hz
 *     harmonics             harmonics     1, 2, 3: memory that rotates at f, 2f, 3f
 *     harmonicMemoryBase    base          where it begins: a multiple of harmonicBlockSize
 *     harmonicBlockSize     blockSize     bytes of a tick, in whole pages
 *
 * A tick takes as long whatever was allocated.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `DetachedError` once the memory is gone.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 */
export class TeslaConsciousnessPool {
  /** The arenas themselves, for all that has no name here. */
  declare readonly ticks: TickArena;

  /** @throws `InvalidArgumentError` for a wrong argument or option. */
  constructor(options: TeslaPoolOptions = {}) {
    present(this, WORDS);
    const {
      teslaFrequency = TESLA_FREQUENCY,
      bytesPerTick = 1 << 20,
      harmonics = 3,
      frames,
      checked,
    } = readOptions(options, OPTIONS);
    checkFrequency("teslaFrequency", teslaFrequency, 1_000_000);
    this.ticks = new TickArena({ frequency: teslaFrequency, bytesPerTick, harmonics, frames, checked });
  }

  /** In Hz. */
  get teslaFrequency(): number {
    return this.ticks.frequency;
  }

  /** Where the first tick's memory begins, in bytes of `memory.buffer`; a multiple of `harmonicBlockSize`. */
  get harmonicMemoryBase(): Offset {
    return this.ticks.base;
  }

  /** Bytes of one tick of one harmonic. */
  get harmonicBlockSize(): number {
    return this.ticks.blockSize;
  }

  /** Which multiples of the frequency have memory of their own. */
  get harmonics(): readonly number[] {
    return this.ticks.harmonics;
  }

  get memory(): Memory {
    return this.ticks.memory;
  }

  /**
   * A block that lives as many ticks of its harmonic as there are frames. O(1).
   *
   * @throws `OutOfMemoryError` where the tick's bytes are used up.
   * @throws `InvalidSizeError`, `InvalidAlignmentError`
   */
  allocate(size: number, harmonic = 1): Offset {
    return this.ticks.harmonic(harmonic).allocate(size);
  }

  /** The frame arena of one harmonic: all the verbs. */
  harmonic(harmonic: number): FrameArena {
    return this.ticks.harmonic(harmonic);
  }

  /**
   * Goes on to the next moment at which a harmonic ticks; its number. O(harmonics), whatever was allocated.
   *
   * @throws `NestedTickError` while `run` has the ticks.
   */
  tick(): number {
    return this.ticks.tick();
  }

  /**
   * Ticks in real time: see `TickArena.run`.
   *
   * @throws `NestedTickError` while `run` has the ticks.
   */
  run(callback: (pool: TeslaConsciousnessPool) => unknown, options: RunOptions = {}): Promise<TickReport> {
    // What is no function the arena refuses.
    return this.ticks.run(typeof callback === "function" ? () => callback(this) : callback, options);
  }

  stats(): AllocatorStats {
    return this.ticks.stats();
  }

  verify(): void {
    this.ticks.verify();
  }
}
