/** A million bits, where a set bit is a free slot: what finding one costs. A batch is `BATCH` units. */
import type { BitAdapter } from "../../../rivals/adapter.ts";
import { random } from "../../base/random.ts";
import type { BitWorkload } from "../workload.ts";

export const BITS = 1 << 20;
export const BATCH = 1000;

type BitWork = BitWorkload["work"];

/** Only the last bit is set: find it. */
const last: BitWork = {
  expected: BATCH * (BITS - 1),
  prepare(bits) {
    bits.release(BITS - 1);
    return () => {
      let sum = 0;
      for (let i = 0; i < BATCH; i++) sum += bits.first();
      return sum;
    };
  },
};

/** 1 % free, at random: claim the lowest and free one at random, from the state that this comes to. */
const claim: BitWork = {
  expected: BATCH,
  prepare(bits) {
    const next = random(3);
    const isFree = new Uint8Array(BITS);
    for (let free = Math.floor(BITS / 100); free > 0; ) {
      const i = next(BITS);
      if (isFree[i] === 1) continue;
      isFree[i] = 1;
      bits.release(i);
      free--;
    }
    const batch = claims(bits, (i) => isFree[i] === 0);
    // Untimed: as many claims as there were free bits, and some more.
    for (let i = 0; i < 12; i++) batch();
    return batch;
  },
};

/** All claimed: free one at random and claim one. */
const full: BitWork = { expected: BATCH, prepare: (bits) => claims(bits, () => true) };

/** How many of the claimed bits take part: few enough that the loop's own memory stays in the nearest cache. */
const HELD = 1 << 13;

/** Releases a claimed bit anywhere and claims one; a batch returns how many claims found a free bit. */
function claims(bits: BitAdapter, isClaimed: (index: number) => boolean): () => number {
  const next = random(1);
  const held = new Set<number>();
  while (held.size < HELD) {
    const i = next(BITS);
    if (isClaimed(i)) held.add(i);
  }
  const claimed = Int32Array.from(held);
  let at = 0;
  return () => {
    let found = 0;
    for (let i = 0; i < BATCH; i++) {
      at = (at + 1) & (HELD - 1);
      bits.release(claimed[at]!);
      const index = bits.claim();
      if (index >= 0) found++;
      claimed[at] = index;
    }
    return found;
  };
}

const bits = (name: string, unit: BitWorkload["unit"], what: string, work: BitWork): BitWorkload => ({
  ...{ kind: "bits", group: "bits", level: "default", name, unit, what, work },
});

export const BIT_WORKLOADS: readonly BitWorkload[] = [
  { ...bits("find-last", "call", "only the last of 1,048,576 bits is set: find it", last), needsFirst: true },
  { ...bits("claim-1%", "pair", "1 % of the bits free: claim the lowest, free one at random", claim), level: "quick" },
  bits("claim-full", "pair", "no bit free: free one at random, claim one", full),
];
