/** The checks of a pool's arguments, and of its memory. A verb makes them all before it changes anything. */
import { CorruptionError, DetachedError, InvalidArgumentError } from "@ariax/allocator";
import { checkInteger, show } from "@ariax/allocator/implement";
import { KEY_WORDS } from "./layout.ts";
import type { PoolState } from "./state.ts";

/** A list of ids, or the words of keys. */
export type Words = Int32Array | Uint32Array;

/** Throws where the pool's buffer was transferred or shrunk: its words are gone then, all of them. */
export function checkThere(s: PoolState): void {
  if (s.words.length > 0) return;
  const room = s.buffer.byteLength - s.byteOffset;
  if (room <= 0) throw new DetachedError();
  throw new CorruptionError(`truncated: the pool has ${s.layout.byteLength} bytes, ${room} are there`);
}

/** Is it a list of 32-bit words? Asked of V8's own getter: makes no string, and is compiled away. A proxy of one is none. */
export function isWords(value: unknown): value is Words {
  if (!ArrayBuffer.isView(value)) return false;
  const tag = (value as Words)[Symbol.toStringTag];
  return tag === "Int32Array" || tag === "Uint32Array";
}

/** Has `list` elements from `from` to `from + n`? Where not, the checks below say why. */
export function hasElements(list: unknown, from: number, n: number): boolean {
  return isWords(list) && isIndex(from) && isIndex(n) && list.length - from >= n;
}

/** Asked of the type first: `>>>` throws for a bigint, a symbol, and for what is no primitive and can't be one. */
export function isIndex(value: unknown): boolean {
  return typeof value === "number" && value >>> 0 === value;
}

/** Throws `InvalidArgumentError` unless `list` has elements from `from` to `from + n`. */
export function checkList(name: string, list: Words, from: number, n: number): void {
  if (!isWords(list)) throw new InvalidArgumentError(`invalid ${name}: ${show(list)} is no Int32Array`);
  checkInteger("from", from, 0, list.length);
  checkInteger("n", n, 0, Number.MAX_SAFE_INTEGER);
  if (n > list.length - from) {
    throw new InvalidArgumentError(`invalid ${name}: ${n} elements from ${from} on, but there are ${list.length}`);
  }
}

/** Throws `InvalidArgumentError` unless 8 words of a key are in `key` from `at` on. */
export function checkKey(key: Words, at: number): void {
  if (!isWords(key)) throw new InvalidArgumentError(`invalid key: ${show(key)} is no Int32Array`);
  checkInteger("at", at, 0, key.length);
  if (key.length - at < KEY_WORDS) {
    throw new InvalidArgumentError(`invalid key: ${key.length - at} words at ${at}, not ${KEY_WORDS}`);
  }
}

/** The same of `n` keys in a row. */
export function checkKeys(keys: Words, at: number, n: number): void {
  if (!isWords(keys)) throw new InvalidArgumentError(`invalid keys: ${show(keys)} is no Int32Array`);
  checkInteger("at", at, 0, keys.length);
  checkInteger("n", n, 0, Math.floor((keys.length - at) / KEY_WORDS));
}

export function checkId(s: PoolState, id: number): number {
  return checkInteger("id", id, 1, s.blocks);
}
