/**
 * vLLM's keys, as its `--prefix-caching-hash-algo sha256_cbor` makes them (vllm-project/vllm, `vllm/v1/core/kv_cache_utils.py`): SHA-256 of
 * CBOR of `[key before, [tokens], [what else] or null]`. What else: the adapter's name; of each medium `[id, offset in the block]`; of the first block
 * the salt. Before the first block stands SHA-256 of CBOR of `PYTHONHASHSEED`, a text. So one finds here what vLLM has stored there.
 *
 * As there, adapter and salt are in one list without a tag (#44701): an adapter "x" without a salt has the keys of a salt "x" without an adapter, in
 * the first block. Where that matters, take `ChainKeys`. A key's words are the bytes of the hash, least significant first. 2 µs a block.
 */

import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, present, readOptions, type Words as SaidWords } from "@ariax/allocator/implement";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Words } from "../pool/check.ts";
import { Cbor } from "./cbor.ts";
import {
  bytesOf,
  checkNext,
  checkText,
  type KeyContext,
  type KeyMaker,
  type KeyOptions,
  mediaIn,
  readKeyOptions,
  wordsOf,
} from "./keys.ts";

export interface VllmKeysOptions {
  /** Tokens of a block, 1 to 65,536; default 16: vLLM's `--block-size`. */
  readonly blockTokens?: number | undefined;
  /** vLLM's `PYTHONHASHSEED`. */
  readonly seed: string;
}

const SAID: SaidWords<VllmKeys> = {
  name: () => "VllmKeys",
  parts: (it) => [`blocks of ${it.blockTokens} tokens`],
  what: "a maker of keys",
  send: "post its options, the seed among them, and make one there",
};

/**
 * Keys as vLLM makes them: see above.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export class VllmKeys implements KeyMaker {
  declare readonly blockTokens: number;
  declare private readonly seed: string;

  constructor(options: VllmKeysOptions) {
    present(this, SAID);
    const { blockTokens = 16, seed } = readOptions(options, ["blockTokens", "seed"]);
    if (seed === undefined) throw new InvalidArgumentError("invalid seed: vLLM's PYTHONHASHSEED is needed");
    this.blockTokens = checkInteger("blockTokens", blockTokens, 1, 65536);
    this.seed = checkText("seed", seed);
  }

  context(options: KeyOptions = {}): KeyContext {
    const read = readKeyOptions(options);
    const root = new Int32Array(8);
    wordsOf(sha256(new Cbor().text(this.seed).done()), root, 0);
    return { ...read, root };
  }

  next(
    context: KeyContext,
    block: number,
    parent: Words,
    parentAt: number,
    tokens: Words,
    at: number,
    out: Words,
    outAt: number,
  ): void {
    const { blockTokens } = this;
    checkNext(context, blockTokens, block, parent, parentAt, tokens, at, out, outAt);
    const before = new Uint8Array(32);
    if (block === 0) bytesOf(context.root, 0, before, 0);
    else bytesOf(parent, parentAt, before, 0);
    const cbor = new Cbor().array(3).bytes(before).array(blockTokens);
    for (let i = 0; i < blockTokens; i++) cbor.integer(tokens[at + i] >>> 0);
    extras(cbor, context, block, blockTokens);
    wordsOf(sha256(cbor.done()), out, outAt);
  }
}

function extras(cbor: Cbor, { adapter, salt, media }: KeyContext, block: number, blockTokens: number): void {
  const here: [id: string, offset: number][] = [];
  const from = block * blockTokens;
  mediaIn(media, from, from + blockTokens, (id, offset) => here.push([id, offset]));
  // Empty texts are none there.
  const before = adapter ? [adapter] : [];
  const after = block === 0 && salt ? [salt] : [];
  const count = before.length + here.length + after.length;
  if (count === 0) {
    cbor.nothing();
    return;
  }
  cbor.array(count);
  for (const text of before) cbor.text(text);
  for (const [id, offset] of here) cbor.array(2).text(id).integer(offset);
  for (const text of after) cbor.text(text);
}
