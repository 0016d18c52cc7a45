/**
 * What a key is, and who makes it. The key of a block says what lies in the block and in all before it of its prompt: equal keys, equal
 * contents. So it is made of the key before it, of the block's tokens, and of what else the model has seen: an adapter, images. A salt keeps
 * prompts apart that nobody may find in each other's cache.
 *
 *     context ─ root ─▶ key 0 ─▶ key 1 ─▶ …            8 words each, in `Int32Array` or `Uint32Array`
 *                        ▲        ▲
 *                     tokens   tokens
 */

import { InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, isRevoked, newBuffer, readOptions, show, tagOf } from "@ariax/allocator/implement";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { isWords, type Words } from "../pool/check.ts";

/** Something that is no text, at tokens `from` to `from + length` of a prompt. */
export interface Media {
  /** Says what it is: a hash of its bytes. */
  readonly id: string;
  readonly from: number;
  readonly length: number;
}

/** What of a prompt is not its tokens. What is `null` counts as not given. */
export interface KeyOptions {
  /** Prompts of different salts have no key in common. For the operator to give, not for who asks. */
  readonly salt?: string | null | undefined;
  /** The adapter (LoRA) that the model has on. */
  readonly adapter?: string | null | undefined;
  /** In the order of `from`. */
  readonly media?: readonly Media[] | null | undefined;
}

/** What a maker has read of `KeyOptions`: of use for that maker only. */
export interface KeyContext {
  readonly adapter: string | undefined;
  readonly salt: string | undefined;
  readonly media: readonly Media[];
  /** The key that stands before the first block. */
  readonly root: Int32Array;
}

/** Makes keys: `ChainKeys` or `VllmKeys`. */
export interface KeyMaker {
  /** Tokens of a block. */
  readonly blockTokens: number;
  /**
   * Reads what all keys of a prompt have in common.
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   */
  context(options?: KeyOptions): KeyContext;
  /**
   * The key of block number `block` of a prompt, from 0 on, to `out`, from `outAt` on. Its tokens are those of `tokens` from `at` on, and the
   * key before it is in `parent` from `parentAt` on: of block 0 it is not read.
   *
   * @throws `InvalidArgumentError` for a wrong argument or option.
   */
  next(
    context: KeyContext,
    block: number,
    parent: Words,
    parentAt: number,
    tokens: Words,
    at: number,
    out: Words,
    outAt: number,
  ): void;
}

/**
 * The keys of all whole blocks of a prompt: 8 words each.
 *
 * @throws `InvalidArgumentError` for a wrong argument or option.
 * @throws `UnsupportedError` where the host lacks what it needs.
 * @throws `HostMemoryError` where the host has no memory for it.
 */
export function keysOf(maker: KeyMaker, context: KeyContext, tokens: Words): Int32Array {
  if (!isWords(tokens)) throw new InvalidArgumentError(`invalid tokens: ${show(tokens)} is no Int32Array`);
  if (isRevoked(maker) || typeof maker?.next !== "function")
    throw new InvalidArgumentError(`invalid maker: ${show(maker)} makes no keys`);
  const blocks = Math.floor(tokens.length / checkInteger("maker.blockTokens", maker.blockTokens, 1, MAX_POSITION));
  const keys = new Int32Array(newBuffer(32 * blocks));
  for (let i = 0; i < blocks; i++) {
    maker.next(context, i, keys, Math.max(8 * i - 8, 0), tokens, i * maker.blockTokens, keys, 8 * i);
  }
  return keys;
}

/** The options as a context has them, each read once. Throws `InvalidArgumentError`. */
export function readKeyOptions(options: KeyOptions): Omit<KeyContext, "root"> {
  const { adapter, salt, media } = readOptions(options, ["salt", "adapter", "media"]);
  return { adapter: readText("adapter", adapter), salt: readText("salt", salt), media: readMedia(media ?? []) };
}

function readText(name: string, text: string | null | undefined): string | undefined {
  return text === null || text === undefined ? undefined : checkText(name, text);
}

/** Throws `InvalidArgumentError` unless `text` is a string, and one that has bytes of its own in UTF-8. */
export function checkText(name: string, text: string): string {
  if (typeof text !== "string") throw new InvalidArgumentError(`invalid ${name}: ${show(text)} is no string`);
  if (/\p{Surrogate}/u.test(text)) throw new InvalidArgumentError(`invalid ${name}: it has half of a surrogate pair`);
  return text;
}

function readMedia(media: readonly Media[]): readonly Media[] {
  if (isRevoked(media) || !Array.isArray(media))
    throw new InvalidArgumentError(`invalid media: ${show(media)} is no array`);
  let end = 0;
  return Array.from(media, (one) => {
    const { id, from, length } = readOptions(one, ["id", "from", "length"], "media");
    checkText("id", id);
    checkInteger("from", from, end, MAX_POSITION);
    checkInteger("length", length, 1, MAX_POSITION - from);
    end = from + length;
    return { id, from, length };
  });
}

/** Tokens of a prompt at most. */
const MAX_POSITION = 2 ** 31 - 1;

/** Calls `each` for the media of tokens `from` to `to`, with where they begin, from `from` on: below 0 where they have begun before. */
export function mediaIn(
  media: readonly Media[],
  from: number,
  to: number,
  each: (id: string, offset: number) => void,
): void {
  for (const one of media) {
    if (one.from >= to) break;
    if (one.from + one.length > from) each(one.id, one.from - from);
  }
}

/** The checks that makers have in common. */
export function checkNext(
  context: KeyContext,
  blockTokens: number,
  block: number,
  parent: Words,
  parentAt: number,
  tokens: Words,
  at: number,
  out: Words,
  outAt: number,
): void {
  if (isRevoked(context) || !isWords(context?.root) || !Array.isArray(context.media))
    throw new InvalidArgumentError(`invalid context: ${show(context)} is not from a maker of keys`);
  checkInteger("block", block, 0, MAX_POSITION);
  checkWords("parent", parent, parentAt, block === 0 ? 0 : 8);
  checkWords("tokens", tokens, at, blockTokens);
  checkWords("out", out, outAt, 8);
}

function checkWords(name: string, words: Words, at: number, n: number): void {
  if (!isWords(words)) throw new InvalidArgumentError(`invalid ${name}: ${show(words)} is no Int32Array`);
  checkInteger("at", at, 0, words.length);
  if (words.length - at < n) {
    throw new InvalidArgumentError(`invalid ${name}: ${words.length - at} words at ${at}, not ${n}`);
  }
}

/** Bytes of a key: each word's least significant first. */
export function bytesOf(key: Words, at: number, out: Uint8Array, outAt: number): void {
  for (let i = 0; i < 8; i++) {
    for (let b = 0; b < 4; b++) out[outAt + 4 * i + b] = key[at + i] >>> (8 * b);
  }
}

/** A key of 32 bytes. */
export function wordsOf(bytes: Uint8Array, out: Words, at: number): void {
  for (let i = 0; i < 8; i++) {
    const b = 4 * i;
    out[at + i] = bytes[b] | (bytes[b + 1] << 8) | (bytes[b + 2] << 16) | (bytes[b + 3] << 24);
  }
}

/** The bytes of a seed: as they are, or of a text. */
export function seedBytes(seed: string | Uint8Array): Uint8Array {
  if (typeof seed === "string") return utf8ToBytes(checkText("seed", seed));
  if (!ArrayBuffer.isView(seed) || tagOf(seed) !== "Uint8Array") {
    throw new InvalidArgumentError(`invalid seed: ${show(seed)} is neither a string nor a Uint8Array`);
  }
  return seed.slice();
}
