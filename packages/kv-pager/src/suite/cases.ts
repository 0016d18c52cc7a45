/**
 * One thing each, with its right value and the bug that it comes from: issues of vLLM, SGLang, TensorRT-LLM, Dynamo, llm-d, Mooncake, LMCache. Numbers
 * that are missing (6, 7, 26, 27, 32) are of pools of blocks alone, and of traces: they stand with `BlockPool`'s tests.
 */
import type { Case } from "./cases/case.ts";
import { FOUND } from "./cases/found.ts";
import { KEYS } from "./cases/keys.ts";
import { ORDER } from "./cases/order.ts";
import { ROOM } from "./cases/room.ts";
import { SHARING } from "./cases/sharing.ts";
import { TRANSFERS } from "./cases/transfers.ts";

/** All, by their numbers. */
export const CASES: readonly Case[] = [...FOUND, ...KEYS, ...ORDER, ...ROOM, ...SHARING, ...TRANSFERS].sort(
  (a, b) => a.number - b.number,
);
