import {
  type AllocatorStats,
  InvalidArgumentError,
  MAX_CAPACITY,
  type Memory,
  NestedTickError,
  type Offset,
  sumStats,
} from "@ariax/allocator";
import {
  checkBoolean,
  checkGiven,
  checkInteger,
  checkWritable,
  isUint32,
  makeStats,
  present,
  readOptions,
  statsParts,
  type Words,
} from "@ariax/allocator/implement";
import { refuse } from "./check.ts";
import { FrameArena } from "./frame-arena.ts";
import { findPlace, isOwn, PLACE } from "./place.ts";
import { lastByteOf } from "./presence.ts";
import { type Beats, beatsOf, isDue, MAX_HARMONIC, secondsAt } from "./tick/beats.ts";
import { type Beating, Cadence } from "./tick/cadence.ts";
import { checkFrequency, checkHarmonics, planRun, type RunOptions, type TickArenaOptions } from "./tick/options.ts";
import type { TickReport } from "./tick/report.ts";
import { WORDS } from "./traits.ts";

const OPTIONS = ["frequency", "bytesPerTick", "harmonics", "frames", "checked", ...PLACE];

/** Bytes: a frame is a whole number of these. */
const PAGE = 4096;

const TICK_WORDS: Words<TickArena> = {
  name: () => "tick-arena",
  parts: (it) => [`${it.frequency} Hz`, ...statsParts(it.stats())],
  what: WORDS.what,
  send: WORDS.send,
};

/**
 * Memory whose lifetime is the tick: a `FrameArena` for each harmonic of a frequency. A *beat* is a moment at which one of
 * them, or several, rotate; `tick()` goes from one beat to the next.
 *
 * Each frame has `blockSize` bytes, `bytesPerTick` rounded up to whole pages, and all of them lie in a row:
 *
 *     harmonics: 2, frames: 2      blockSize blockSize
 *     ┌───────────────────────────┬─────────┬─────────┬─────────┬─────────┐
 *     │ NULL; other people's      │ 1, even │ 1, odd  │ 2, even │ 2, odd  │      frames of harmonics 1 and 2
 *     └───────────────────────────┴─────────┴─────────┴─────────┴─────────┘
 *     0                           base = a multiple of blockSize
 *
 *     frameOf(offset) = ⌊(offset − base) / blockSize⌋        harmonic: number ⌊frameOf(offset) / frames⌋ of the list
 *
 * A checked arena has twice as many.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what a call needs, or the object is frozen.
 * @throws `HostMemoryError` where the host has no memory for it.
 * @throws `DetachedError` once the memory is gone.
 * @throws `CorruptionError` where the memory has become too short, or is found damaged.
 */
export class TickArena {
  declare readonly memory: Memory;
  /** Of the fundamental, in Hz. */
  declare readonly frequency: number;
  /** 1000 ÷ frequency: ms. */
  declare readonly period: number;
  /** Ascending, from 1 on. */
  declare readonly harmonics: readonly number[];
  /** How many frames of each harmonic live at a time. */
  declare readonly frames: number;
  declare readonly checked: boolean;
  /** Bytes of one frame: whole pages. */
  declare readonly blockSize: number;
  /** Where the first frame begins, a multiple of `blockSize`, never 0. */
  declare readonly base: Offset;
  /** Bytes of all frames, from `base` on. */
  declare readonly byteLength: number;
  declare private readonly arenas: readonly FrameArena[];
  /** The arena of each harmonic, by its number. */
  declare private readonly byHarmonic: readonly (FrameArena | undefined)[];
  declare private readonly beats: Beats;
  /** Bytes below `base` that nobody else can use. */
  declare private readonly gap: number;
  /** The number of the present beat. */
  declare private now: number;
  declare private isRunning: boolean;
  /** See `presence.ts`. */
  declare private lastByte: Uint8Array;
  /** This object, and not a proxy of it: a call that changes something asks for it first, and then goes on as if there were none. */
  declare private readonly itself: () => this;
  /** See `checkWritable`. */
  declare private turn: number;

  constructor(options: TickArenaOptions) {
    present(this, TICK_WORDS);
    const given = readOptions(checkGiven(options, "frequency and bytesPerTick are"), OPTIONS);
    const { frequency, bytesPerTick, harmonics = 1, frames = 2, checked = false } = given;
    this.frequency = checkFrequency(frequency);
    this.period = 1000 / frequency;
    this.harmonics = checkHarmonics(harmonics);
    this.frames = checkInteger("frames", frames, 1, 65536);
    this.checked = checkBoolean("checked", checked);
    this.blockSize = PAGE * Math.ceil(checkInteger("bytesPerTick", bytesPerTick, 1, MAX_CAPACITY) / PAGE);
    const blocks = (checked ? 2 : 1) * frames;
    const span = blocks * this.blockSize;
    this.byteLength = this.harmonics.length * span;
    if (this.blockSize + this.byteLength > MAX_CAPACITY) {
      const count = this.harmonics.length * blocks;
      throw new InvalidArgumentError(
        `invalid bytesPerTick: ${count} frames of ${this.blockSize} bytes, and room for one below them, are above ${MAX_CAPACITY}`,
      );
    }
    const { memory, begin } = findPlace(this.byteLength, this.blockSize, given);
    this.memory = memory;
    this.base = begin;
    this.gap = isOwn(given) ? begin : 0;
    this.arenas = this.harmonics.map((_, i) => {
      return new FrameArena({ memory, byteOffset: begin + i * span, capacity: this.blockSize, frames, checked });
    });
    const byHarmonic = new Array<FrameArena | undefined>(MAX_HARMONIC + 1).fill(undefined);
    this.harmonics.forEach((k, i) => {
      byHarmonic[k] = this.arenas[i];
    });
    this.byHarmonic = byHarmonic;
    this.beats = beatsOf(this.harmonics);
    this.now = 0;
    this.isRunning = false;
    this.lastByte = lastByteOf(memory, begin + this.byteLength);
    this.turn = 0;
    this.itself = () => this;
  }

  /**
   * The arena that rotates `k` times a period. It is an allocator like any other, but leave its rotation to `tick`. O(1).
   *
   * @throws `InvalidArgumentError` where there is none.
   */
  harmonic(k: number): FrameArena {
    const arena = typeof k === "number" ? this.byHarmonic[k] : undefined;
    return arena ?? refuse("harmonic", k, `not one of ${this.harmonics.join(", ")}`);
  }

  /** The arena that rotates once a period: harmonic 1. */
  get fundamental(): FrameArena {
    return this.arenas[0];
  }

  /** The number of the present beat, from 0 on. */
  get beat(): number {
    return this.now;
  }

  /** How many beats a period has: 4 for the harmonics 1, 2, 3. */
  get beatsPerPeriod(): number {
    return this.beats.count;
  }

  /** When the present beat is, in seconds since beat 0, as the frequency tells it: no error adds up. O(1). */
  get time(): number {
    return secondsAt(this.beats, this.now, this.frequency);
  }

  /** Has harmonic `k` rotated at the present beat? At beat 0, where all begin, yes. Throws as `harmonic` does. O(1). */
  due(k: number): boolean {
    this.harmonic(k);
    return isDue(this.beats, k, this.now % this.beats.count);
  }

  /**
   * Goes on to the next beat, and rotates the harmonics that are due: their oldest frames end. The new beat's number. O(harmonics), whatever was
   * allocated, unless checked; no garbage.
   *
   * @throws `NestedTickError` while `run` has the ticks.
   * @throws `DetachedError` where the memory is gone.
   * @throws `CorruptionError` where it has become too short.
   */
  tick(): number {
    const it = this.itself();
    if (it.isRunning) throw new NestedTickError("tick()");
    return it.advance();
  }

  /**
   * Calls `tick()` and then `callback(this)` at each beat, in real time: the next beat's moment is the first. A promise that
   * the callback returns is awaited. Resolves to the report when a limit of the options is reached, the signal is aborted,
   * or the callback returns `false`. Rejects with what the callback throws, with `InvalidArgumentError`, with
   * `NestedTickError` while another run goes on, with `UnsupportedError` where the clock stands still though its timers fire,
   * and as `tick` does where memory is gone. After any of these the arena can be used, and run again.
   *
   * @throws `NestedTickError` while `run` has the ticks.
   */
  async run(callback: (ticks: TickArena) => unknown, options: RunOptions = {}): Promise<TickReport> {
    if (this.isRunning) throw new NestedTickError("run()");
    if (typeof callback !== "function") refuse("callback", callback, "no function");
    const cadence = new Cadence(this.beating(callback), planRun(options));
    // Options are read from an object of the user's, whose getters may have begun another run.
    const it = this.itself();
    if (it.isRunning) throw new NestedTickError("run()");
    checkWritable(it);
    it.isRunning = true;
    return cadence.run();
  }

  /** Ends every block of every harmonic. The time, and the beat, stay. O(harmonics × frames) unless checked. */
  reset(): void {
    const it = this.itself();
    it.checkBytes();
    for (const arena of it.arenas) arena.reset();
  }

  /** Which frame's bytes an offset is in, counted from 0 on in the order of memory; −1: in none. O(1). */
  frameOf(offset: Offset): number {
    const end = this.base + this.byteLength;
    return isUint32(offset) && offset >= this.base && offset < end
      ? Math.floor((offset - this.base) / this.blockSize)
      : -1;
  }

  /** The arena that an offset is in, if any. O(1). */
  ownerOf(offset: Offset): FrameArena | undefined {
    const blocks = (this.checked ? 2 : 1) * this.frames;
    return this.arenas[Math.floor(this.frameOf(offset) / blocks)];
  }

  /** Of all harmonics together. Memory of its own is committed from 0 on. */
  stats(): AllocatorStats {
    return sumStats([makeStats({ committed: this.gap }), ...this.arenas.map((arena) => arena.stats())]);
  }

  verify(): void {
    for (const arena of this.arenas) arena.verify();
  }

  /** Throws where the bytes of the frames are not all there. */
  private checkBytes(): void {
    Reflect.set(this, "lastByte", lastByteOf(this.memory, this.base + this.byteLength, this.lastByte));
  }

  private advance(): number {
    // not some frames, and then an error
    if (this.checked || this.lastByte.length === 0) this.checkBytes();
    checkWritable(this);
    const index = (this.now + 1) % this.beats.count;
    for (let i = 0; i < this.arenas.length; i++) {
      if (isDue(this.beats, this.harmonics[i], index)) this.arenas[i].nextFrame();
    }
    return ++this.now;
  }

  private beating(callback: (ticks: TickArena) => unknown): Beating {
    const it = this.itself();
    return {
      frequency: it.frequency,
      beats: it.beats,
      get beat() {
        return it.now;
      },
      advance: () => it.advance(),
      call: () => callback(this), // who called `run` through a proxy sees that
      end: () => {
        it.isRunning = false;
      },
    };
  }
}
