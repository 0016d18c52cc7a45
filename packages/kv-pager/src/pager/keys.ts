/** Who makes a pager's keys. */
import { InvalidArgumentError } from "@ariax/allocator";
import { isRevoked, show } from "@ariax/allocator/implement";
import { ChainKeys } from "../keys/chain.ts";
import type { KeyMaker } from "../keys/keys.ts";
import { VllmKeys } from "../keys/vllm.ts";
import { SEED_BYTES } from "./layout.ts";
import { fromUtf8 } from "./utf8.ts";

/** The makers that a pager makes itself. Its header has the index, + 1: new ones are added at the end. */
export const HASHES = ["sha256", "sha256_cbor"] as const;
export type HashName = (typeof HASHES)[number];

/** The maker of index `hash` − 1. Throws `InvalidArgumentError` for a seed that it can't have. */
export function makerOf(hash: number, blockTokens: number, seed: Uint8Array): KeyMaker {
  return hash === 1 ? new ChainKeys({ blockTokens, seed }) : new VllmKeys({ blockTokens, seed: fromUtf8(seed) });
}

/** The bytes of a seed as a pager keeps it. Throws `InvalidArgumentError` where they are too many. */
export function checkSeed(seed: Uint8Array): Uint8Array {
  if (seed.length <= SEED_BYTES) return seed;
  throw new InvalidArgumentError(`invalid seed: ${seed.length} bytes do not fit ${SEED_BYTES}`);
}

/** `maker`, if it makes keys for such blocks; else throws `InvalidArgumentError`. */
export function checkMaker(maker: KeyMaker, blockTokens: number): KeyMaker {
  if (isRevoked(maker) || typeof maker?.next !== "function" || typeof maker.context !== "function") {
    throw new InvalidArgumentError(`invalid keys: ${show(maker)} makes none`);
  }
  if (maker.blockTokens !== blockTokens) {
    throw new InvalidArgumentError(
      `invalid keys: made of ${show(maker.blockTokens)} tokens, but a block has ${blockTokens}`,
    );
  }
  return maker;
}
