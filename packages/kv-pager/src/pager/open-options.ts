/** What a sequence is opened with: read once, checked, and copied, before anything changes. */
import { DetachedError, InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, isRevoked, newBuffer, readOptions, show, tagOf } from "@ariax/allocator/implement";
import { type KeyContext, keysOf, type Media } from "../keys/keys.ts";
import { isWords, type Words } from "../pool/check.ts";
import type { Core } from "./core.ts";
import { KEY_WORDS } from "./sequences.ts";
import { checkTenant } from "./tenants.ts";

export interface OpenOptions {
  /** The prompt: token ids, 0 to 2³² − 1. Copied. Or `keys`. */
  readonly tokens?: ArrayLike<number> | undefined;
  /** Keys that were made elsewhere: 8 words for each full block, or for the first ones. With `length`, and without all that keys are made of. */
  readonly keys?: Int32Array | Uint32Array | undefined;
  /** With `keys`: how many tokens the prompt has. */
  readonly length?: number | undefined;
  /** Whom its blocks are charged to: a name. Default: nobody in particular. */
  readonly tenant?: string | undefined;
  /** Only sequences with the same salt share blocks. The operator sets it, not the caller. */
  readonly salt?: string | null | undefined;
  /** Only sequences with the same adapter (LoRA) share blocks. */
  readonly adapter?: string | null | undefined;
  /** What of the prompt is no text, in order: its tokens are placeholders. */
  readonly media?: readonly Media[] | null | undefined;
  /** The priority of the blocks that it computes, 0 to `priorities` − 1; default 0. Higher ones are evicted later. */
  readonly priority?: number | undefined;
  /** Steps (`advance`) for which a block keeps the priority, from when it is full; default: for ever. */
  readonly retain?: number | undefined;
}

/** The same, checked. */
export interface OpenRequest {
  /** Undefined where keys were given. */
  readonly tokens: Int32Array | undefined;
  /** Of full blocks. */
  readonly keys: Int32Array;
  readonly context: KeyContext;
  readonly length: number;
  readonly tenant: string | undefined;
  readonly priority: number;
  readonly retain: number;
}

/** Tokens of a sequence at most. */
export const MAX_TOKENS: number = 2 ** 29;

const OF_TOKENS = ["tokens", "salt", "adapter", "media"];
const KNOWN = [...OF_TOKENS, "keys", "length", "tenant", "priority", "retain"];

/** Throws `InvalidArgumentError`, and `PoolExhaustedError` for one tenant too many. */
export function readOpenOptions(core: Core, options: OpenOptions): OpenRequest {
  if (!isRevoked(options) && (Array.isArray(options) || ArrayBuffer.isView(options))) {
    throw new InvalidArgumentError("invalid options: a list, where { tokens } is wanted");
  }
  const given = readOptions(options, KNOWN);
  const { keys: givenKeys, salt, adapter, tenant, priority = 0, retain = 0 } = given;
  if ((given.tokens === undefined) === (givenKeys === undefined)) {
    throw new InvalidArgumentError("invalid options: either tokens or keys are needed");
  }
  for (const name of givenKeys === undefined ? ["length"] : OF_TOKENS) {
    if ((given as Record<string, unknown>)[name] === undefined) continue;
    const other = givenKeys === undefined ? "tokens" : "keys";
    throw new InvalidArgumentError(`contradictory options: ${name} and ${other} exclude each other`);
  }
  const tokens = given.tokens === undefined ? undefined : readTokens("tokens", given.tokens);
  const length = tokens?.length ?? checkInteger("length", given.length!, 0, MAX_TOKENS);
  const context = core.keys.context({ salt, adapter, media: given.media });
  for (const { id, from, length: n } of context.media) checkInteger(`end of media ${show(id)}`, from + n, 0, length);
  checkInteger("priority", priority, 0, core.layout.priorities - 1);
  checkInteger("retain", retain, 0, MAX_TOKENS);
  if (tenant !== undefined) checkTenant(core, tenant);
  const most = Math.floor(length / core.blockTokens);
  const keys = tokens === undefined ? readKeys(givenKeys!, most) : keysOf(core.keys, context, tokens);
  return { tokens, keys, context, length, tenant, priority, retain };
}

/** A copy of token ids. */
export function readTokens(name: string, tokens: ArrayLike<number>): Int32Array {
  if (isShortView(tokens)) return copyView(tokens);
  const length = lengthOf(tokens);
  if (length === undefined) throw new InvalidArgumentError(`invalid ${name}: ${show(tokens)} is no list of token ids`);
  checkInteger(`${name}.length`, length, 0, MAX_TOKENS);
  const copy = new Int32Array(newBuffer(4 * length));
  for (let i = 0; i < length; i++) copy[i] = checkToken(tokens[i]);
  return copy;
}

/** Is it a typed array of whole numbers that fit a word? */
export function isShortView(list: unknown): list is Int32Array {
  return ArrayBuffer.isView(list) && /^(Ui|I)nt(8|16|32)Array$/.test(tagOf(list));
}

/** A copy of its elements. Throws `DetachedError` where they were transferred away, or cut off; `HostMemoryError`. */
export function copyView(view: Int32Array | Uint32Array): Int32Array {
  const copy = new Int32Array(newBuffer(4 * view.length));
  try {
    copy.set(view);
  } catch {
    throw new DetachedError("the list is gone, its buffer was transferred or shrunk");
  }
  return copy;
}

/** What a list says its length is; undefined of what is none, as a proxy of a typed array, which has no element to show. */
export function lengthOf(list: ArrayLike<unknown>): number | undefined {
  if (typeof list !== "object" || list === null || isRevoked(list)) return undefined;
  return "BYTES_PER_ELEMENT" in list && !ArrayBuffer.isView(list) ? undefined : list.length;
}

/** A token id: 32 bits, signed or not. */
export function checkToken(token: number): number {
  return checkInteger("token", token, -0x80000000, 0xffffffff);
}

/** `words`, if they are an `Int32Array` or a `Uint32Array`; else throws `InvalidArgumentError`. No garbage. */
export function checkWords<T extends Words>(name: string, words: T): T {
  if (!isWords(words)) throw new InvalidArgumentError(`invalid ${name}: ${show(words)} is no Int32Array`);
  return words;
}

/** A copy of the words of at most so many keys. */
export function readKeys(keys: Int32Array | Uint32Array, most: number): Int32Array {
  const { length } = checkWords("keys", keys);
  if (length % KEY_WORDS !== 0 || length > KEY_WORDS * most) {
    throw new InvalidArgumentError(
      `invalid keys: ${length} words, not ${KEY_WORDS} for each of up to ${most} full blocks`,
    );
  }
  return copyView(keys);
}
