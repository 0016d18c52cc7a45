import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger } from "@ariax/allocator/implement";
import { checkPositive, checkWork, type WorkloadOptions } from "../workloads/options.ts";
import { type Beat, beatsOf } from "./beats.ts";
import { beginScenario } from "./begin.ts";
import type { Scenario } from "./scenario.ts";
import type { ScenarioBuilder } from "./scenario-builder.ts";
import { SmallSizes } from "./sizes.ts";

export interface TickOptions extends WorkloadOptions {
  /** Ticks a second, above 0. */
  frequency?: number | undefined;
  /** Up to 8 whole numbers from 1 to 64, ascending: what rotates so many times in a tick. */
  harmonics?: readonly number[] | undefined;
  /** Rotations that a block lives for. */
  frames?: number | undefined;
  /** Before scaling. */
  seconds?: number | undefined;
  blocksPerSecond?: number | undefined;
}

export interface TickScenario extends Scenario {
  readonly frequency: number;
  readonly frames: number;
  readonly harmonics: readonly number[];
  /** By step: bit h is set if harmonic number h of the list rotates at its start. At the first one all do. */
  readonly due: Uint8Array;
}

/** Bytes of a block. */
const LEAST = 16;
const MOST = 1024;
const MOST_HARMONICS = 8;

/** What is unless given: whole numbers, and others. */
const WHOLE = { frames: 2, blocksPerSecond: 20_000 };
const OTHER: { readonly frequency: number; readonly seconds: number; readonly harmonics: readonly number[] } = {
  frequency: 3.14159,
  seconds: 60,
  harmonics: [1, 2, 3],
};

/**
 * Blocks whose life is the tick: they arrive evenly in time, each belongs to one of the harmonics, at random, and is
 * freed when that has rotated `frames` times since. Steps are the times between beats, the moments at which any
 * harmonic rotates: 0, 1/3, 1/2 and 2/3 of each period for the harmonics 1, 2 and 3. Sizes are the small ones of a
 * fleet of servers, 16 to 1,024 bytes, half of them up to 48. Frees are the first events of a step: harmonic by
 * harmonic, in order of birth. Who has frame arenas rotates them instead.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function tick(options: TickOptions = {}): TickScenario {
  const { builder, random, scale, frames, blocksPerSecond, ...other } = beginScenario(options, WHOLE, OTHER);
  const { frequency, seconds } = other;
  const harmonics = checkHarmonics(other.harmonics);
  checkPositive("frequency", frequency, 1e6);
  const duration = checkPositive("seconds", seconds, 1e6) * scale;
  const beats = beatsOf(harmonics);
  const blocks = Math.round(blocksPerSecond * duration);
  checkWork(2 * blocks + duration * frequency * beats.length);

  const generations = harmonics.map(() => new Generations(builder, frames));
  const sizes = new SmallSizes(LEAST, MOST);
  const due: number[] = [];
  let born = 0;
  for (let step = 0; momentOf(step, beats, frequency) < duration; step++) {
    const beat = beats[step % beats.length];
    due.push(beat.due);
    for (let h = 0; h < harmonics.length; h++) if ((beat.due >> h) & 1) generations[h].rotate();
    for (const end = momentOf(step + 1, beats, frequency); born < blocks && born / blocksPerSecond < end; born++) {
      const h = random.below(harmonics.length);
      generations[h].born.push(builder.allocate(sizes.draw(random), h));
    }
    builder.endStep();
  }
  const owners = harmonics.map((k) => `${k}f`);
  const scenario = builder.build("tick", 1 / (frequency * beats.length), owners);
  return { ...scenario, frequency, frames, harmonics, due: Uint8Array.from(due) };
}

/** When a step begins, in seconds from the start. */
function momentOf(step: number, beats: readonly Beat[], frequency: number): number {
  const { at, of } = beats[step % beats.length];
  return (Math.floor(step / beats.length) + at / of) / frequency;
}

/** The blocks of a harmonic. */
class Generations {
  /** All of them, in order of birth; the first `freed` are free. */
  readonly born: number[] = [];
  private freed = 0;
  /** By rotation: how many were born before it. */
  private readonly before: number[] = [];
  private readonly builder: ScenarioBuilder;
  private readonly frames: number;

  constructor(builder: ScenarioBuilder, frames: number) {
    this.builder = builder;
    this.frames = frames;
  }

  /** Frees those that were born before the last `frames` rotations, this one included. */
  rotate(): void {
    const { born } = this;
    this.before.push(born.length);
    const end = this.before[this.before.length - this.frames] ?? 0;
    while (this.freed < end) this.builder.free(born[this.freed++]);
  }
}

function checkHarmonics(harmonics: readonly number[]): readonly number[] {
  if (!Array.isArray(harmonics) || harmonics.length < 1 || harmonics.length > MOST_HARMONICS) {
    throw new InvalidArgumentError(`invalid harmonics: they are no list of 1 to ${MOST_HARMONICS} numbers`);
  }
  const copy = [...harmonics];
  let least = 1;
  for (const k of copy) least = checkInteger("harmonics", k, least, 64) + 1;
  return copy;
}
