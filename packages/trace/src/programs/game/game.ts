/**
 * A game's short-lived things: particles that live for some frames, in bursts, and texts that are put together, drawn once or
 * twice, and gone.
 *
 *     particle   32  x y z vx vy vz life f32 │ serial
 *     text       4 + its length  length │ a label, a number, a remark, as bytes
 */
import { newArray } from "../../arrays.ts";
import { beginProgram, programOf } from "../begin.ts";
import type { Program, ProgramKind, ProgramOptions } from "../program.ts";
import { gameInHeap } from "./heap.ts";
import { gameAsObjects } from "./objects.ts";
import { type GameStore, LONGEST_REMARK } from "./store.ts";

export interface GameOptions extends ProgramOptions {
  /** Particles that a frame makes on average, but for bursts; at most 2¹⁰. */
  particles?: number | undefined;
}

/** Frames that a particle lives for. */
const LEAST_LIFE = 8;
const MOST_LIFE = 40;
/** A burst, in one frame of so many. */
const BURST = { oneIn: 60, least: 150, most: 400 };
/** Texts of a frame. A quarter is there for the next one too. */
const TEXTS = { least: 10, most: 20, long: 0.1 };
/** Particles looked at in a frame, as those in view are. */
const SEEN = 64;
const NONE = -1;

/** A step is a frame. */
function play(makeStore: (particles: number, texts: number) => GameStore, options: GameOptions): Program {
  const { random, tally, particles } = beginProgram(options, { particles: [24, 2 ** 10] });
  // Twice what is usual; where no slot is free, no particle comes.
  const slots = 2 * MOST_LIFE * particles;
  const store = makeStore(slots, 2 * TEXTS.most);
  /** By slot, the next one: of those that end in the same frame, or are free. */
  const next = newArray(Int32Array, slots);
  const ending = newArray(Int32Array, MOST_LIFE + 1).fill(NONE);
  let free = NONE;
  for (let slot = slots - 1; slot >= 0; slot--) {
    next[slot] = free;
    free = slot;
  }
  let frame = 0;
  let seen = 0;
  /** Texts are in two rows by turns: those of this frame, and those of the last one that are still there. */
  let [row, written, kept] = [0, 0, 0];

  const emit = (count: number): void => {
    for (let n = 0; n < count && free !== NONE; n++) {
      const slot = free;
      const end = (frame + random.between(LEAST_LIFE, MOST_LIFE)) % ending.length;
      store.emit(slot, tally.made);
      tally.made++;
      free = next[slot];
      next[slot] = ending[end];
      ending[end] = slot;
    }
  };
  const burn = (at: number): void => {
    for (let slot = ending[at]; slot !== NONE; slot = ending[at]) {
      ending[at] = next[slot];
      next[slot] = free;
      free = slot;
      tally.end(store.burn(slot));
    }
  };
  const write = (): void => {
    const remark = random.chance(TEXTS.long) ? random.between(40, LONGEST_REMARK) : random.below(16);
    store.write(row * TEXTS.most + written, tally.made, random.below(100_000), remark);
    tally.made++;
    written++;
  };
  /** Those of a row from `first` on, before which they stay. */
  const erase = (ofRow: number, first: number, count: number): void => {
    for (let text = count - 1; text >= first; text--) tally.end(store.erase(ofRow * TEXTS.most + text));
  };
  const step = (): void => {
    burn(frame % ending.length);
    emit(random.between(0, 2 * particles));
    if (random.below(BURST.oneIn) === 0) emit(random.between(BURST.least, BURST.most));
    for (let n = 0; n < SEEN; n++) {
      tally.read(store.look(seen));
      seen = seen + 1 === slots ? 0 : seen + 1;
    }
    const texts = random.between(TEXTS.least, TEXTS.most);
    while (written < texts) write();
    // What the last frame left, and most of this one.
    erase(1 - row, 0, kept);
    kept = written >> 2;
    erase(row, kept, written);
    written = 0;
    row = 1 - row;
    frame++;
  };
  const end = (): void => {
    for (let at = 0; at < ending.length; at++) burn(at);
    erase(1 - row, 0, kept);
    erase(row, 0, written);
    [written, kept] = [0, 0];
  };
  return programOf(tally, step, end, store.follow);
}

export const gameProgram: ProgramKind<GameOptions> = {
  name: "game",
  what: "a game's particles, in bursts, and its texts, put together for a frame or two",
  step: "a frame",
  capacity: 2 ** 20,
  over: (heap, options = {}) => play((particles, texts) => gameInHeap(heap, particles, texts), options),
  collected: (options = {}) => play(gameAsObjects, options),
};
