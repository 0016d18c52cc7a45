/**
 * Allocators that are wrong on purpose, each in one way, each a few lines over one that is right. They keep the suite
 * honest: it must fail every one of them, whatever the seed. Several switch `verify` off, as a real allocator with the same
 * bug might not notice either.
 *
 *     blocks   where they lie, and what is in them       bulk     what single verbs would not do
 *     moves    resize and reallocate                     stats    what is told is not so
 *     frees    frees that should be refused              leaks    memory lost, at once or bit by bit
 *                                                        claims   traits that are not true
 *
 * A bug that was found elsewhere and that the suite had let pass comes here first.
 */
import { BLOCKS } from "./blocks.ts";
import type { Broken } from "./broken.ts";
import { BULK } from "./bulk.ts";
import { CLAIMS } from "./claims.ts";
import { FREES } from "./frees.ts";
import { LEAKS } from "./leaks.ts";
import { MOVES } from "./moves.ts";
import { STATS } from "./stats.ts";

export type { Broken } from "./broken.ts";

export const BROKEN: readonly Broken[] = [...BLOCKS, ...MOVES, ...FREES, ...BULK, ...STATS, ...LEAKS, ...CLAIMS];
