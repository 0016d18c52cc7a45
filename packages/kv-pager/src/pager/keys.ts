/**
 * Who makes a pager's keys, and what of a sequence they depend on beside its tokens: salt, adapter, media. Those are in the buffer, as JSON behind
 * the sequence's tokens, where there are such; the context that the maker has read of them is made again by each thread that needs it.
 */
import { InvalidArgumentError } from "@ariax/allocator";
import { show } from "@ariax/allocator/implement";
import { ChainKeys } from "../keys/chain.ts";
import type { KeyContext, KeyMaker, KeyOptions } from "../keys/keys.ts";
import { VllmKeys } from "../keys/vllm.ts";
import type { Core } from "./core.ts";
import { SEED_BYTES } from "./layout.ts";
import { noteAt } from "./sequences.ts";

/** The makers that a pager makes itself. Its header has the index, + 1: new ones are added at the end. */
export const HASHES = ["sha256", "sha256_cbor"] as const;
export type HashName = (typeof HASHES)[number];

/** The maker of index `hash` − 1. Throws `InvalidArgumentError` for a seed that it can't have. */
export function makerOf(hash: number, blockTokens: number, seed: Uint8Array): KeyMaker {
  return hash === 1
    ? new ChainKeys({ blockTokens, seed })
    : new VllmKeys({ blockTokens, seed: new TextDecoder().decode(seed) });
}

/** The bytes of a seed as a pager keeps it. Throws `InvalidArgumentError` where they are too many. */
export function checkSeed(seed: Uint8Array): Uint8Array {
  if (seed.length <= SEED_BYTES) return seed;
  throw new InvalidArgumentError(`invalid seed: ${seed.length} bytes do not fit ${SEED_BYTES}`);
}

/** `maker`, if it makes keys for such blocks; else throws `InvalidArgumentError`. */
export function checkMaker(maker: KeyMaker, blockTokens: number): KeyMaker {
  if (typeof maker?.next !== "function" || typeof maker.context !== "function") {
    throw new InvalidArgumentError(`invalid keys: ${show(maker)} makes none`);
  }
  if (maker.blockTokens !== blockTokens) {
    throw new InvalidArgumentError(
      `invalid keys: made of ${show(maker.blockTokens)} tokens, but a block has ${blockTokens}`,
    );
  }
  return maker;
}

/** What is kept of a sequence's options: nothing, where all keys depend on is tokens. */
export function noteOf({ salt, adapter, media }: KeyContext): Uint8Array {
  if (salt === undefined && adapter === undefined && media.length === 0) return new Uint8Array(0);
  return new TextEncoder().encode(JSON.stringify({ salt, adapter, media }));
}

/** The context of a sequence's keys. O(1), but for the first time in a thread. */
export function contextOf(core: Core, slot: number): KeyContext {
  const { columns, contexts, sequences, keys } = core;
  const length = columns.note[slot];
  if (length === 0) return core.plain;
  const handle = sequences.handleAt(slot);
  const known = contexts.get(handle);
  if (known !== undefined) return known;
  const bytes = new Uint8Array(core.buffer, 4 * noteAt(core, slot), length).slice();
  const context = keys.context(JSON.parse(new TextDecoder().decode(bytes)) as KeyOptions);
  contexts.set(handle, context);
  return context;
}
