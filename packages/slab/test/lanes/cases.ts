/** Each kind of call, on each way through it that there is: what a thread is killed in. */
import type { Case } from "./case.ts";
import { ALLOCATING } from "./cases-allocate.ts";
import { CHANGING } from "./cases-change.ts";
import { FREEING } from "./cases-free.ts";
import { LANES } from "./cases-lane.ts";

export const CASES: readonly Case[] = [...ALLOCATING, ...FREEING, ...CHANGING, ...LANES];
