import { cacheProgram } from "./cache/cache.ts";
import { entityProgram } from "./entities/entities.ts";
import { gameProgram } from "./game/game.ts";
import type { ProgramKind } from "./program.ts";
import { stagingProgram } from "./staging/staging.ts";
import { tileProgram } from "./tiles/tiles.ts";
import { treeProgram } from "./trees/trees.ts";

/** Every program by its name: `programs.cache.over(heap, { seed: 7 }).run(1000)`. */
export const programs: Readonly<Record<string, ProgramKind>> = {
  entities: entityProgram,
  game: gameProgram,
  trees: treeProgram,
  staging: stagingProgram,
  tiles: tileProgram,
  cache: cacheProgram,
};
