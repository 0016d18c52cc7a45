/**
 * The keys of this package: SHA-256, one compression for each 16 tokens.
 *
 *     root     SHA-256 of: a name, the tokens of a block, the seed, the salt, the adapter; each with its length, and a tag
 *     key i    the chaining value after the compression of the block's tokens (4 bytes each, least significant first; the last 64 bytes filled
 *              up with zeros), that of block i − 1 being the one before
 *     media    where a block has such, the one before is instead SHA-256 of: a name, the key before, each medium's id and place
 *
 * Nobody finds two prompts of one key without a collision of SHA-256's compression function; and without the seed nobody knows which key a
 * prompt has. The compression is that of `@noble/hashes`, whose class gives it to those that extend it. No garbage, but of media.
 *
 * tried: SHA-256 of parent and tokens by the same library's function; measured: 1,380 instead of 326 ns. BLAKE3, by its exported `_compress`:
 * 1,030; by its keyed mode: 2,860, both with garbage. Node's own `crypto.hash`: 930, and not in browsers.
 *
 * tried, for BLAKE3 at 300 ns: the chaining value after one compression, which no library of npm gives; so the parent as the key of a keyed hash
 * of the tokens, or a hash of parent and tokens, which is two compressions. Measured beside this file's 358 ns, least of 15: `blake3-jit` 1.1.0,
 * `hashInto` of both 357, a `Hasher` with the parent as its key 1,340, one that is used again by way of its private field 307;
 * `hash-wasm` 4.13.0, `init`, `update` and `digest` of both 386, and its keyed mode is made by a promise; `@webbuf/blake3` 3.8.0,
 * keyed, 432; `blake3-wasm` 2.1.5, of both 553; the noble one, keyed, 2,672.
 */

import { checkInteger, newBuffer, present, readOptions, type Words as SaidWords } from "@ariax/allocator/implement";
import { _SHA256, sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Words } from "../pool/check.ts";
import {
  bytesOf,
  checkNext,
  type KeyContext,
  type KeyMaker,
  type KeyOptions,
  mediaIn,
  readKeyOptions,
  seedBytes,
  wordsOf,
} from "./keys.ts";
import { randomBytes } from "./random.ts";

export interface ChainKeysOptions {
  /** Tokens of a block, 1 to 65,536; default 16. */
  readonly blockTokens?: number | undefined;
  /** Makers of the same seed, in whatever process, make the same keys. Without one nobody else makes them, and none can be guessed. */
  readonly seed?: string | Uint8Array | undefined;
}

const ROOT = "ariax kv-pager: root of keys, 1";
const MEDIA = "ariax kv-pager: media in a block, 1";
const [SALT, ADAPTER] = [1, 2];
const MAX_BLOCK_TOKENS = 65536;
/** Tokens of one compression. */
const STEP = 16;

/** SHA-256's compression, from any chaining value on. */
class Compression extends _SHA256 {
  /** The message: 64 bytes. */
  declare readonly message: DataView;

  constructor() {
    super();
    this.message = new DataView(newBuffer(64));
  }

  from(key: Words, at: number): void {
    this.set(key[at], key[at + 1], key[at + 2], key[at + 3], key[at + 4], key[at + 5], key[at + 6], key[at + 7]);
  }

  step(tokens: Words, at: number, n: number): void {
    const { message } = this;
    for (let i = 0; i < STEP; i++) message.setInt32(4 * i, i < n ? tokens[at + i] : 0, true);
    this.process(message, 0);
  }

  to(out: Words, at: number): void {
    out[at] = this.A;
    out[at + 1] = this.B;
    out[at + 2] = this.C;
    out[at + 3] = this.D;
    out[at + 4] = this.E;
    out[at + 5] = this.F;
    out[at + 6] = this.G;
    out[at + 7] = this.H;
  }
}

const SAID: SaidWords<ChainKeys> = {
  name: () => "ChainKeys",
  parts: (it) => [`blocks of ${it.blockTokens} tokens`],
  what: "a maker of keys",
  send: "post its options, the seed among them, and make one there",
};

/**
 * See above. A call of `next` is 330 ns where a block has 16 tokens, and in steps of 16 tokens in proportion.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 */
export class ChainKeys implements KeyMaker {
  declare readonly blockTokens: number;
  /** What no proxy is to wrap. */
  declare private readonly inner: () => { readonly seed: Uint8Array; readonly hash: Compression };

  /**
   * @throws `UnsupportedError` where the host lacks what it needs.
   * @throws `HostMemoryError` where the host has no memory for it.
   */
  constructor(options: ChainKeysOptions = {}) {
    present(this, SAID);
    const { blockTokens = STEP, seed } = readOptions(options, ["blockTokens", "seed"]);
    this.blockTokens = checkInteger("blockTokens", blockTokens, 1, MAX_BLOCK_TOKENS);
    const inner = { seed: seed === undefined ? randomBytes(32) : seedBytes(seed), hash: new Compression() };
    this.inner = () => inner;
  }

  context(options: KeyOptions = {}): KeyContext {
    const read = readKeyOptions(options);
    const message = new Message(ROOT).number(this.blockTokens).bytes(this.inner().seed);
    if (read.salt !== undefined) message.number(SALT).text(read.salt);
    if (read.adapter !== undefined) message.number(ADAPTER).text(read.adapter);
    const root = new Int32Array(8);
    message.hashTo(root, 0);
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
    const { hash } = this.inner();
    checkNext(context, blockTokens, block, parent, parentAt, tokens, at, out, outAt);
    let before = block === 0 ? context.root : parent;
    let beforeAt = block === 0 ? 0 : parentAt;
    if (context.media.length > 0) {
      before = withMedia(context, block * blockTokens, blockTokens, before, beforeAt);
      beforeAt = 0;
    }
    hash.from(before, beforeAt);
    for (let done = 0; done < blockTokens; done += STEP) hash.step(tokens, at + done, blockTokens - done);
    hash.to(out, outAt);
  }
}

/** The key before a block, or what stands for it where the block has media. */
function withMedia({ media }: KeyContext, from: number, n: number, key: Words, at: number): Int32Array {
  const bytes = new Uint8Array(32);
  bytesOf(key, at, bytes, 0);
  const message = new Message(MEDIA).bytes(bytes);
  let count = 0;
  mediaIn(media, from, from + n, (id, offset) => {
    message.text(id).number(offset);
    count++;
  });
  const before = new Int32Array(8);
  if (count > 0) message.hashTo(before, 0);
  else wordsOf(bytes, before, 0);
  return before;
}

/** What is hashed, part by part, each so that no other sequence of parts has the same bytes. */
class Message {
  declare private readonly parts: Uint8Array[];

  constructor(name: string) {
    this.parts = [];
    this.text(name);
  }

  number(n: number): this {
    this.parts.push(Uint8Array.of(n, n >>> 8, n >>> 16, n >>> 24));
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.number(bytes.length);
    this.parts.push(bytes);
    return this;
  }

  text(text: string): this {
    return this.bytes(utf8ToBytes(text));
  }

  hashTo(out: Words, at: number): void {
    const hash = sha256.create();
    for (const part of this.parts) hash.update(part);
    wordsOf(hash.digest(), out, at);
  }
}
