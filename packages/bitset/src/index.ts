/**
 * Bitsets that find their lowest member in a few loads.
 *
 * A plain bitmap of a million bits that are nearly all clear must be searched word by word. Here a *summary* lies above
 * it: one bit per word, set exactly if the word is not empty. Above that, another, and so on, until one word is left.
 * From there the lowest set bit of each word leads to the word below:
 *
 *     level 2, the root      [ 1 0 0 ⋯ ]                           bit 0: word 0 below is not empty
 *                              │
 *     level 1, summary       [ 0 1 0 ⋯ ] [ 0 0 0 ⋯ ]               bit 1: leaf word 1 is not empty
 *                              ┌─┘
 *     level 0, leaves    [ 0 ⋯ ] [ 0 ⋯ 1 ⋯ ] [ 0 ⋯ ] ⋯ [ 0 ⋯ ]     bit 8 of word 1: 40 is in the set
 *
 * All levels lie in one `Int32Array`, leaves first and without gaps. Here, for 2,000 bits:
 *
 *      words   0                         62   63    64   65   66
 *              ┌───────────────────────────┬─────────┬──────┬────────────┐
 *              │ leaves: an ordinary bitmap│ summary │ root │ (clearing) │
 *              └───────────────────────────┴─────────┴──────┴────────────┘
 *      bit i = bit (i & 31) of word (i >>> 5)                AtomicBitSet only
 *
 *     leaf, word       32 bits; a signed number in JavaScript, so −1 is full, and bit 31 makes it negative
 *     level            leaves 0, their summary 1, …; ⌈log₃₂ length⌉ in all: 1 up to 32 bits, 4 up to 2²⁰, 6 up to 2³⁰
 *     take, claim      find a set bit, and clear it. Where bits are free slots: allocate one
 *     run              set bits in a row
 *
 *     Invariant        bit j of level k + 1 is set  ⇔  word j of level k ≠ 0;  bits past the end are clear
 *
 * That is what `verify(set)` checks. An `AtomicBitSet` holds it whenever no thread is amid a call.
 */
export { AtomicBitSet } from "./atomic.ts";
export { BitSet } from "./bitset.ts";
export type { Bits } from "./layout.ts";
export { verify } from "./verify.ts";
