import type { Random } from "../random.ts";
import { freeAll, takeRandom } from "../workloads/options.ts";
import { poisson } from "./chances.ts";
import type { ScenarioBuilder } from "./scenario-builder.ts";

/** The owners. */
const ENTITY = 0;
const PARTICLE = 1;
const STRING = 2;

const ENTITY_BYTES = 64;
const PARTICLE_BYTES = 32;
const LEAST_STRING = 8;
const MOST_STRING = 200;

/** Frames at 60 Hz that a particle lives for: half a second to two. */
const LEAST_LIFE = 30;
const MOST_LIFE = 120;
/** Strings that are gone at the end of their frame; the others live until the end of the next. */
const GONE_AT_ONCE = 0.75;

/** What happens on average in a frame: births and deaths as parts of the entities, and numbers. */
const SPAWNED = 0.00045;
const KILLED = 0.0005;
const EMITTED = 6;
const STRINGS = 15;
/** The part of kills that are explosions. */
const EXPLOSIVE = 0.02;
/** Frames between waves, entities of a wave as parts of the usual number, and how many of them come in a frame. */
const WAVE = { least: 600, most: 1800, part: 0.1, spread: 0.1, perFrame: 10 };
/** Frames of a level: 90 to 150 seconds. */
const LEVEL = { least: 5400, most: 9000 };

/** A game as its allocator sees it, a frame at a time. */
export class Game {
  private readonly builder: ScenarioBuilder;
  private readonly random: Random;
  /** Entities that a level begins with, and about as many it goes on with. */
  private readonly usual: number;
  private now = 0;
  private nextLevel = 0;
  private nextWave = 0;
  /** Entities of the present wave that are still to come. */
  private wave = 0;
  private readonly entities: number[] = [];
  /** By frame of death, modulo a number above the longest life. */
  private readonly particles: number[][] = Array.from({ length: MOST_LIFE + 1 }, () => []);
  /** Strings that end with this frame, and with the next. */
  private strings: number[] = [];
  private laterStrings: number[] = [];

  constructor(builder: ScenarioBuilder, random: Random, entities: number) {
    this.builder = builder;
    this.random = random;
    this.usual = entities;
  }

  frame(): void {
    const random = this.random;
    if (this.now === this.nextLevel) this.changeLevel();
    this.spawn(poisson(random, SPAWNED * this.usual) + this.ofWave());
    for (let n = poisson(random, KILLED * this.entities.length); n > 0; n--) this.kill();
    this.emit(poisson(random, EMITTED));
    freeAll(this.builder, this.particles[this.now % this.particles.length].splice(0));
    this.write(poisson(random, STRINGS));
    this.endFrame();
  }

  /** Everything but the strings is gone, and the next level's entities are there, in one frame. */
  private changeLevel(): void {
    const random = this.random;
    freeAll(this.builder, this.entities.splice(0));
    // The oldest first.
    for (let n = 0; n < this.particles.length; n++) {
      freeAll(this.builder, this.particles[(this.now + n) % this.particles.length].splice(0));
    }
    this.spawn(this.usual);
    this.nextLevel = this.now + random.between(LEVEL.least, LEVEL.most);
    this.nextWave = this.now + random.between(WAVE.least, WAVE.most);
    this.wave = 0;
  }

  private spawn(count: number): void {
    for (let n = count; n > 0; n--) this.entities.push(this.builder.allocate(ENTITY_BYTES, ENTITY));
  }

  /** How many entities the present wave brings in this frame. */
  private ofWave(): number {
    const random = this.random;
    if (this.now === this.nextWave) {
      this.wave = Math.round(this.usual * (WAVE.part + WAVE.spread * random.unit()));
      this.nextWave = this.now + random.between(WAVE.least, WAVE.most);
    }
    const come = Math.min(this.wave, WAVE.perFrame);
    this.wave -= come;
    return come;
  }

  /** Debris and the text of it; an explosion takes neighbours with it. */
  private kill(): void {
    const random = this.random;
    this.die();
    this.write(1);
    if (!random.chance(EXPLOSIVE)) return;
    this.emit(random.between(150, 400));
    for (let n = random.between(3, 15); n > 0; n--) this.die();
  }

  private die(): void {
    if (this.entities.length === 0) return;
    this.builder.free(takeRandom(this.random, this.entities));
    this.emit(this.random.between(4, 12));
  }

  private emit(count: number): void {
    for (let n = count; n > 0; n--) {
      const end = this.now + this.random.between(LEAST_LIFE, MOST_LIFE);
      this.particles[end % this.particles.length].push(this.builder.allocate(PARTICLE_BYTES, PARTICLE));
    }
  }

  private write(count: number): void {
    const random = this.random;
    for (let n = count; n > 0; n--) {
      const id = this.builder.allocate(random.inverseSquare(LEAST_STRING, MOST_STRING + 1), STRING);
      (random.chance(GONE_AT_ONCE) ? this.strings : this.laterStrings).push(id);
    }
  }

  private endFrame(): void {
    freeAll(this.builder, this.strings);
    this.strings = this.laterStrings;
    this.laterStrings = [];
    this.now++;
  }
}
