/** Sets of bits, where a set bit is a free slot. Rivals have an adapter each in `../../rivals/bits`. */
import type { BitSubject } from "./subject.ts";

type Create = BitSubject["create"];

const bits = (name: string, origin: BitSubject["origin"], what: string, create: Create): BitSubject => ({
  ...{ kind: "bits", name, origin, what, create },
});
const rival = (name: string, what: string, load: () => Promise<{ readonly create: Create }>): BitSubject =>
  bits(name, "rival", what, async (length) => (await load()).create(length));
/** It can claim a free bit, but not only find it. */
const claiming = (subject: BitSubject): BitSubject => ({ ...subject, claimsOnly: true });

export const BIT_SETS: readonly BitSubject[] = [
  bits("bitset", "ours", "BitSet: takeFirst, set", async (length) => {
    const { BitSet } = await import("@ariax/bitset");
    const set = new BitSet(length);
    return { first: () => set.first(), claim: () => set.takeFirst(), release: (index) => set.set(index) };
  }),
  claiming(
    bits("atomic-bitset", "ours", "AtomicBitSet: the same, safe between threads", async (length) => {
      const { AtomicBitSet } = await import("@ariax/bitset");
      const set = new AtomicBitSet(length);
      return { first: unsupported, claim: () => set.takeFirst(), release: (index) => set.set(index) };
    }),
  ),
  rival("roaring-wasm", "roaring-wasm 1.1.0: shift, add", () => import("../../rivals/bits/roaring-wasm.ts")),
  rival("bitset.js", "bitset 5.3.0: lsb, set", () => import("../../rivals/bits/bitset.ts")),
  rival(
    "typedfastbitset",
    "typedfastbitset 0.8.0: first of its iterator",
    () => import("../../rivals/bits/typedfastbitset.ts"),
  ),
  rival("fastbitset", "fastbitset 0.5.2: first of its iterator", () => import("../../rivals/bits/fastbitset.ts")),
  rival(
    "thi.ng-bitfield",
    "@thi.ng/bitfield 2.4.38: firstOne, setAt",
    () => import("../../rivals/bits/thi-ng-bitfield.ts"),
  ),
  claiming(
    rival(
      "structurae-pool",
      "structurae 4.0.2, Pool: any free index, not the lowest",
      () => import("../../rivals/bits/structurae-pool.ts"),
    ),
  ),
  bits("nothing-bits", "loop", "the loop alone", () => {
    let last = 0;
    return { first: () => last, claim: () => last, release: (index) => void (last = index) };
  }),
];

function unsupported(): never {
  throw new Error("unsupported");
}
