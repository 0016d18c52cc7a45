/** Sets of bits, where a set bit is a free slot. Rivals have an adapter each in `../../rivals/bits`. */
import type { BitSubject } from "./subject.ts";

const bits = (
  name: string,
  origin: BitSubject["origin"],
  what: string,
  create: BitSubject["create"],
  more: Partial<BitSubject> = {},
): BitSubject => ({ kind: "bits", name, origin, what, create, ...more });

export const BIT_SETS: readonly BitSubject[] = [
  bits("bitset", "ours", "BitSet: takeFirst, set", async (length) => {
    const { BitSet } = await import("@ariax/bitset");
    const set = new BitSet(length);
    return { first: () => set.first(), claim: () => set.takeFirst(), release: (index) => set.set(index) };
  }),
  bits(
    "atomic-bitset",
    "ours",
    "AtomicBitSet: the same, safe between threads",
    async (length) => {
      const { AtomicBitSet } = await import("@ariax/bitset");
      const set = new AtomicBitSet(length);
      return { first: unsupported, claim: () => set.takeFirst(), release: (index) => set.set(index) };
    },
    { claimsOnly: true },
  ),
  bits("roaring-wasm", "rival", "roaring-wasm 1.1.0: shift, add", async () =>
    (await import("../../rivals/bits/roaring-wasm.ts")).create(),
  ),
  bits("bitset.js", "rival", "bitset 5.3.0: lsb, set", async (length) =>
    (await import("../../rivals/bits/bitset.ts")).create(length),
  ),
  bits("typedfastbitset", "rival", "typedfastbitset 0.8.0: first of its iterator", async (length) =>
    (await import("../../rivals/bits/typedfastbitset.ts")).create(length),
  ),
  bits("fastbitset", "rival", "fastbitset 0.5.2: first of its iterator", async (length) =>
    (await import("../../rivals/bits/fastbitset.ts")).create(length),
  ),
  bits("thi.ng-bitfield", "rival", "@thi.ng/bitfield 2.4.38: firstOne, setAt", async (length) =>
    (await import("../../rivals/bits/thi-ng-bitfield.ts")).create(length),
  ),
  bits(
    "structurae-pool",
    "rival",
    "structurae 4.0.2, Pool: any free index, not the lowest",
    async (length) => (await import("../../rivals/bits/structurae-pool.ts")).create(length),
    { claimsOnly: true },
  ),
  bits("nothing-bits", "loop", "the loop alone", () => {
    // Keeps the last index released.
    let last = 0;
    return {
      first: () => last,
      claim: () => last,
      release(index) {
        last = index;
      },
    };
  }),
];

function unsupported(): never {
  throw new Error("unsupported");
}
