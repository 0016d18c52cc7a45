export { Arena, type ArenaOptions, type ResetMode } from "./arena.ts";
export type { Checkpoint } from "./checkpoint.ts";
export type { GivenMemory } from "./region.ts";
