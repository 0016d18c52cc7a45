/**
 * Key → block, by open addressing: two words a slot, at most every second slot in use, each as near behind the one that its hash says as
 * there was room.
 *
 *     word 0    id, and the epoch's low bits << 24 (never 0)         of another epoch: the slot is free, whatever it says
 *     word 1    the key's hash
 *
 * So a reset frees all slots at once. A lookup that finds an equal hash compares all 256 bits. Blocks of one key are a ring, `twins`; the index
 * has the one that was registered first. What is removed leaves no tombstone: those behind it move up, and so lookups stay as short as they
 * are after years.
 *
 * The hash is a sum of all words, each by an odd factor: keys need not be random, only different.
 */
import { EPOCH, KEY_WORDS } from "./layout.ts";
import type { PoolState } from "./state.ts";

/** The epoch's mark in a slot: 1 to 255, above the id's bits. */
function tagOf(s: PoolState): number {
  return ((s.words[EPOCH] % 255) + 1) << 24;
}

function hashOf(key: Int32Array | Uint32Array, at: number): number {
  let h =
    Math.imul(key[at], 0x9e3779b1) +
    Math.imul(key[at + 1], 0x85ebca77) +
    Math.imul(key[at + 2], 0xc2b2ae3d) +
    Math.imul(key[at + 3], 0x27d4eb2f) +
    Math.imul(key[at + 4], 0x165667b1) +
    Math.imul(key[at + 5], 0xd3a2646d) +
    Math.imul(key[at + 6], 0xfd7046c5) +
    Math.imul(key[at + 7], 0xb55a4f09);
  h ^= h >>> 15;
  return Math.imul(h, 0x2c1b3c6d);
}

function isKey(s: PoolState, id: number, key: Int32Array | Uint32Array, at: number): boolean {
  const { keys } = s;
  const from = KEY_WORDS * id;
  for (let i = 0; i < KEY_WORDS; i++) if (keys[from + i] !== (key[at + i] | 0)) return false;
  return true;
}

/** The block with that key that was registered first, or 0. */
export function find(s: PoolState, key: Int32Array | Uint32Array, at: number): number {
  const { index, shift } = s;
  const mask = index.length - 1;
  const hash = hashOf(key, at);
  const tag = tagOf(s);
  for (let i = (hash >>> shift) << 1; ; i = (i + 2) & mask) {
    const id = index[i] ^ tag;
    if (id >>> 24 !== 0) return 0;
    if (index[i + 1] === hash && isKey(s, id, key, at)) return id;
  }
}

/** Writes a block's key to `out`; or, of one that has none, the last that it had. */
export function copyKey(s: PoolState, id: number, out: Int32Array | Uint32Array, at: number): void {
  for (let i = 0; i < KEY_WORDS; i++) out[at + i] = s.keys[KEY_WORDS * id + i];
}

/** Gives a block that has none a key. */
export function enter(s: PoolState, id: number, key: Int32Array | Uint32Array, at: number): void {
  const { index, shift, keys, twins, twinsBack } = s;
  const mask = index.length - 1;
  const hash = hashOf(key, at);
  const tag = tagOf(s);
  for (let i = 0; i < KEY_WORDS; i++) keys[KEY_WORDS * id + i] = key[at + i];
  s.mark[id] = -s.words[EPOCH];
  let i = (hash >>> shift) << 1;
  for (; ; i = (i + 2) & mask) {
    const first = index[i] ^ tag;
    if (first >>> 24 !== 0) break;
    // another copy?
    if (index[i + 1] === hash && isKey(s, first, key, at)) {
      const last = twinsBack[first];
      twins[last] = twinsBack[first] = id;
      twins[id] = first;
      twinsBack[id] = last;
      return;
    }
  }
  index[i] = tag | id;
  index[i + 1] = hash;
  twins[id] = twinsBack[id] = id;
}

/** Forgets the key of a block that has one; returns whether it was the last copy. The words of the key stay in their column. */
export function forget(s: PoolState, id: number): boolean {
  const { index, shift, keys, twins, twinsBack } = s;
  const mask = index.length - 1;
  const tag = tagOf(s);
  s.mark[id] = s.words[EPOCH];
  const [after, before] = [twins[id], twinsBack[id]];
  twins[before] = after;
  twinsBack[after] = before;
  twins[id] = twinsBack[id] = 0;
  // Where is it? Of several copies only the first one is there.
  let i = (hashOf(keys, KEY_WORDS * id) >>> shift) << 1;
  for (let there = index[i] ^ tag; there !== id; there = index[i] ^ tag) {
    if (there >>> 24 !== 0) return false;
    i = (i + 2) & mask;
  }
  if (after !== id) {
    index[i] = tag | after;
    return false;
  }
  // Those behind it move up, where the gap is not before what their hash says.
  for (let j = (i + 2) & mask; ; j = (j + 2) & mask) {
    const there = index[j] ^ tag;
    if (there >>> 24 !== 0) break;
    const home = (index[j + 1] >>> shift) << 1;
    if (((j - home) & mask) < ((j - i) & mask)) continue;
    index[i] = index[j];
    index[i + 1] = index[j + 1];
    i = j;
  }
  index[i] = index[i + 1] = 0;
  return true;
}

/** The id in a slot of this epoch, or 0. */
export function idIn(s: PoolState, slot: number): number {
  const id = s.index[2 * slot] ^ tagOf(s);
  return id >>> 24 === 0 ? id : 0;
}

/** Whether the epoch that begins has a mark that slots may still have: then they are to be zeroed. */
export function mustClear(epoch: number): boolean {
  return epoch % 255 === 0;
}
