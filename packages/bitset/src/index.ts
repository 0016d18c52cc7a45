export { AtomicBitSet } from "./atomic.ts";
export { BitSet } from "./bitset.ts";
