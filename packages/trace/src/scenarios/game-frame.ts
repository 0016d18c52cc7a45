import { checkInteger } from "@ariax/allocator/implement";
import { checkWork, type WorkloadOptions } from "../workloads/options.ts";
import { beginScenario } from "./begin.ts";
import { Game } from "./game.ts";
import type { Scenario } from "./scenario.ts";

export interface GameFrameOptions extends WorkloadOptions {
  /** Before scaling. */
  frames?: number | undefined;
  /** Entities that live at the same time, about; at most 100,000. */
  entities?: number | undefined;
}

export interface GameScenario extends Scenario {}

const HZ = 60;
const EVENTS_A_FRAME = 100;

/**
 * Ten minutes of a game at 60 Hz; steps are frames. Entities of 64 bytes live for half a minute, until they are killed
 * at random; they come one by one and in waves. Particles of 32 bytes live for half a second to two: some always, a
 * few where something is killed, hundreds where it explodes, and takes neighbours with it. Strings of 8 to 200 bytes,
 * short ones likelier, are gone at the end of their frame, or, a quarter of them, of the next. Every two minutes,
 * about, a new level frees all entities and particles, and makes its own entities, in one frame.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `TraceError` for what no trace can have.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function gameFrame(options: GameFrameOptions = {}): GameScenario {
  const { builder, random, times, frames, entities } = beginScenario(options, { frames: 36_000 }, { entities: 3000 });
  checkInteger("entities", entities, 1, 100_000);
  const count = times(frames);
  checkWork(count * Math.max(EVENTS_A_FRAME, entities / 30));

  const game = new Game(builder, random, entities);
  for (let frame = 0; frame < count; frame++) {
    game.frame();
    builder.endStep();
  }
  return builder.build("game-frame", 1 / HZ, ["entity", "particle", "string"]);
}
