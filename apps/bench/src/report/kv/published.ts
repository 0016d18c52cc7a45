/**
 * What vLLM's own block manager takes, in ns a block: its Python files of 2026-08 (1Cat-vllm ae13773a0), run without torch in CPython 3.11
 * on this kind of machine, two cores, 24,576 blocks of 16 tokens, events off, two runs. Proportions, no promises: bookkeeping is 4–12 % of
 * an engine's step there, and Rust ports of it exist (vllm-project/vllm#40459: +4.4 % throughput).
 */
export interface Published {
  readonly low: number;
  readonly high: number;
}

const ns = (low: number, high: number = low): Published => ({ low, high });

export const VLLM: Readonly<Record<string, Published>> = {
  "allocate + release, 1": ns(953),
  "allocate + release, 16": ns(249),
  "allocate + release, 64": ns(203),
  "allocate + release, 512": ns(182),
  "touch + release, 512": ns(159),
  "find, hit": ns(384),
  "evict + allocate + register + release": ns(933),
  "a prompt that is there": ns(875, 960),
  "hash of a block of 16 tokens": ns(1122, 1699),
  "a decoded token, no new block": ns(3260),
  conversation: ns(1300, 2700),
};
