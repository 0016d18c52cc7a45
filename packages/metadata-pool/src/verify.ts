import { CorruptionError } from "@ariax/allocator";
import { type BitSet, verify } from "@ariax/bitset";
import { expect, FIRST_GENERATION, hex, type Layout, LIVE_COUNT, RETIRED_COUNT } from "./layout.ts";

/** What is checked of a pool: its words, the set of its free slots, and the two generations at which a slot changes. */
export interface PoolParts {
  readonly words: Int32Array;
  readonly free: BitSet;
  readonly layout: Layout;
  readonly oldFrom: number;
  readonly lastGeneration: number;
}

/** Walks every invariant; throws `CorruptionError` naming the first broken one. O(capacity). */
export function verifyPool({ words, free, layout, oldFrom, lastGeneration }: PoolParts): void {
  const { capacity } = layout;
  verifyHeader(words, layout);
  try {
    verify(free);
  } catch (error) {
    throw new CorruptionError(`in the free slots, ${(error as Error).message.replace("corrupted: ", "")}`);
  }
  let live = 0;
  let retired = 0;
  for (let slot = 0; slot < capacity; slot++) {
    const generation = words[FIRST_GENERATION + slot];
    expect(
      generation >= 0 && generation <= lastGeneration,
      () => `slot ${slot} has generation ${generation}, which is not from 0 to ${lastGeneration}`,
    );
    live += generation & 1;
    if (generation === lastGeneration) retired++;
    const isFree = (generation & 1) === 0 && generation < lastGeneration;
    const isYoung = isFree && generation < oldFrom;
    const [young, old] = [free.has(slot), free.has(capacity + slot)];
    expect(
      young === isYoung && old === (isFree && !isYoung),
      () =>
        `slot ${slot} of generation ${generation} is ${young || old ? "in the wrong" : "not in the"} set of free slots`,
    );
  }
  expect(words[LIVE_COUNT] === live, () => `${live} slots are live, ${words[LIVE_COUNT]} are counted`);
  expect(words[RETIRED_COUNT] === retired, () => `${retired} slots are retired, ${words[RETIRED_COUNT]} are counted`);
}

/** Throws `CorruptionError` unless the header is that of `layout`. */
function verifyHeader(words: Int32Array, { header }: Layout): void {
  for (let i = 0; i < FIRST_GENERATION; i++) {
    if (i === LIVE_COUNT || i === RETIRED_COUNT) continue;
    const right = header[i] ?? 0;
    expect(words[i] === right, () => `word ${i} of the header is ${hex(words[i])}, not ${hex(right)}`);
  }
}
