/**
 * Key → block, by open addressing: a word a slot, at most every fourth slot in use, each as near behind the one that its hash says as there
 * was room. A slot, in bits:
 *
 *     31–29  distance   how far behind that one it is; 7: or more        28–24  tag   five more bits of the hash        23–0  id; 0: free
 *
 * So what is not looked for hardly ever matches, a gap closes without a look at keys, and the index is half as large as with a hash a slot. A
 * lookup that finds a match compares all 256 bits. Blocks of one key are a ring; the index has the one that was registered first. What is
 * removed leaves no tombstone: those behind it move up, and lookups stay as short as they are.
 *
 * The hash is of the first two words and the last two: enough of a key that is a hash itself, and of a number written either way round. Keys
 * that differ in no other place than between are found all the same, but one after another.
 * tried: all eight words; measured: 5 ns more for each of `find`, `register` and evict.
 * tried: every second slot in use; measured, least of many, 24,576 blocks: 16.3 instead of 12.4 ns for a miss, 84 instead of 71 for evict,
 * allocate, register and release.
 * tried: two words a slot, the second the whole hash, and an epoch beside the id, so that a reset frees all slots at once; measured: 29.8
 * instead of 28.9 ns for a hit, 14.0 for 12.4, 75 for 71; of 1,000,000 blocks 340 for 284, 129 for 120, 398 for 328.
 */
import type { PoolState } from "./state.ts";

// Of layout.ts: V8 makes literals of constants of this file only.
const EPOCH = 8;
const KEY = 16;
const PREV = 25;
const MARK = 27;
const TWIN = 28;
const BACK = 29;

const ID = 0xffffff;
const TAG = 0x1f000000;
const DISTANCE = 29;
/** The distance that says: or more. */
const FAR = 7;

function hashOf(key: Int32Array | Uint32Array, at: number): number {
  const h =
    Math.imul(key[at], 0x9e3779b1) ^
    Math.imul(key[at + 1], 0x85ebca77) ^
    Math.imul(key[at + 6], 0xc2b2ae3d) ^
    Math.imul(key[at + 7], 0x27d4eb2f);
  return Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
}

function isKey(words: Int32Array, id: number, key: Int32Array | Uint32Array, at: number): boolean {
  const mine = 16 * id + KEY;
  return (
    ((words[mine] ^ key[at]) |
      (words[mine + 1] ^ key[at + 1]) |
      (words[mine + 2] ^ key[at + 2]) |
      (words[mine + 3] ^ key[at + 3]) |
      (words[mine + 4] ^ key[at + 4]) |
      (words[mine + 5] ^ key[at + 5]) |
      (words[mine + 6] ^ key[at + 6]) |
      (words[mine + 7] ^ key[at + 7])) ===
    0
  );
}

/** The block with that key that was registered first, or 0. */
export function find(s: PoolState, key: Int32Array | Uint32Array, at: number): number {
  const { words, index, mask } = s;
  const hash = hashOf(key, at);
  let wanted = (hash << 24) & TAG;
  for (let i = hash >>> s.shift, d = 0; ; i = (i + 1) & mask) {
    const slot = words[index + i];
    if (slot === 0) return 0;
    const id = slot ^ wanted;
    if (id >>> 24 === 0 && isKey(words, id, key, at)) return id;
    if (d < FAR) wanted = (wanted & TAG) | (++d << DISTANCE);
  }
}

/**
 * How many of `n` keys in a row are there, up to the first that is not; their blocks to `out`, where there is one. The record of a block often
 * says which one the next key's is, by a link of the line that it stands in, or stood: what is found by it has the key, and no twin, of which the
 * index might have another; or else the index is read.
 *
 * Measured in a process of its own, 4,096 prompts at random, ns a block, by `find` and so: of 1,000 blocks 14.2 and
 * 10.6, of 24,576 13.7 and 10.7, of 1,000,000 57 and 20; with `touch` and `release` 31 and 30, 35 and 30, 86 and 40.
 * tried: that link in `find`, from what it found last; measured, of 24,576: 20 for 14 of a prompt, 36–50 for 29 of any.
 */
export function findPrefix(
  s: PoolState,
  keys: Int32Array | Uint32Array,
  at: number,
  n: number,
  out: Int32Array | Uint32Array | undefined,
  outAt: number,
): number {
  const { words, blocks } = s;
  const marked = -words[EPOCH];
  let next = 0;
  for (let i = 0; i < n; i++) {
    const key = at + 8 * i;
    const mine = 16 * next;
    let id = next;
    if (
      (words[mine + KEY] ^ keys[key]) !== 0 || // of signed and unsigned words
      words[mine + MARK] !== marked ||
      words[mine + TWIN] !== next ||
      next === 0 ||
      !isKey(words, next, keys, key)
    ) {
      id = find(s, keys, key);
      if (id === 0) return i;
    }
    if (out !== undefined) out[outAt + i] = id;
    next = words[16 * id + PREV];
    if (next < 0 || next > blocks) next = 0;
  }
  return n;
}

/** Writes a block's key to `out`; or, of one that has none, the last that it had. */
export function copyKey(s: PoolState, id: number, out: Int32Array | Uint32Array, at: number): void {
  for (let i = 0; i < 8; i++) out[at + i] = s.words[16 * id + KEY + i];
}

/** Gives a block that has none a key. */
export function enter(s: PoolState, id: number, key: Int32Array | Uint32Array, at: number): void {
  const { words, index, mask } = s;
  const hash = hashOf(key, at);
  const mine = 16 * id;
  for (let i = 0; i < 8; i++) words[mine + KEY + i] = key[at + i];
  words[mine + MARK] = -words[EPOCH];
  s.policy.begin(id);
  let wanted = (hash << 24) & TAG;
  let i = hash >>> s.shift;
  for (let d = 0; ; i = (i + 1) & mask) {
    const slot = words[index + i];
    if (slot === 0) break;
    const there = slot ^ wanted;
    // another copy?
    if (there >>> 24 === 0 && isKey(words, there, key, at)) {
      join(words, id, there);
      return;
    }
    if (d < FAR) wanted = (wanted & TAG) | (++d << DISTANCE);
  }
  words[index + i] = wanted | id;
  words[mine + TWIN] = words[mine + BACK] = id;
}

/** A block comes last in the ring of another. */
function join(words: Int32Array, id: number, first: number): void {
  const last = words[16 * first + BACK];
  words[16 * last + TWIN] = words[16 * first + BACK] = id;
  words[16 * id + TWIN] = first;
  words[16 * id + BACK] = last;
}

/** Forgets the key of a block that has one; returns whether it was the last copy. The words of the key stay. */
export function forget(s: PoolState, id: number): boolean {
  const { words, index, mask } = s;
  const mine = 16 * id;
  const after = words[mine + TWIN];
  words[mine + MARK] = words[EPOCH];
  if (after !== id) leaveRing(words, id, after);
  words[mine + TWIN] = words[mine + BACK] = 0;
  // Where is it? Of several copies only the first one is there.
  let i = hashOf(words, mine + KEY) >>> s.shift;
  for (let slot = words[index + i]; (slot & ID) !== id; slot = words[index + i]) {
    if (slot === 0) return false;
    i = (i + 1) & mask;
  }
  if (after !== id) words[index + i] ^= id ^ after;
  else closeGap(s, i);
  return after === id;
}

function leaveRing(words: Int32Array, id: number, after: number): void {
  const before = words[16 * id + BACK];
  words[16 * before + TWIN] = after;
  words[16 * after + BACK] = before;
}

/** Empties slot `i`: those behind it move up, where the gap is not before what their hash says. */
function closeGap(s: PoolState, i: number): void {
  const { words, index, mask, shift } = s;
  for (let j = (i + 1) & mask; words[index + j] !== 0; j = (j + 1) & mask) {
    const slot = words[index + j];
    const far = slot >>> DISTANCE;
    const distance = far < FAR ? far : (j - (hashOf(words, 16 * (slot & ID) + KEY) >>> shift)) & mask;
    const left = distance - ((j - i) & mask);
    if (left < 0) continue;
    words[index + i] = (slot & (TAG | ID)) | (Math.min(left, FAR) << DISTANCE);
    i = j;
  }
  words[index + i] = 0;
}

/** The id in a slot, 0 where the slot is free, or −1 where it is neither free nor has one. */
export function idIn(s: PoolState, slot: number): number {
  const word = s.words[s.index + slot];
  return word === 0 ? 0 : word & ID || -1;
}

/** Frees all slots for the epoch that begins. */
export function beginEpoch(s: PoolState, epoch: number): void {
  s.words[EPOCH] = epoch;
  if (epoch > 1) s.words.fill(0, s.index, s.index + s.mask + 1);
}
