/**
 * Collecting what others have freed: the owner's half of remote.ts.
 *
 *     root ──▶ inbox words ──▶ territories ──▶ remote words, large blocks       each exchanged for 0 before what it leads to is read
 *
 * A word's bits are set in the owner's bitmap *before* they are taken away from the remote one, which is by compare-exchange: a thread
 * that is killed between leaves them in both, and whoever repairs the lane does it again. And the remote word goes to 0 or stays: one
 * that was made smaller, and not 0, would be announced by nobody.
 */
import { giveRun } from "../page-pool.ts";
import { offer } from "../slabs.ts";
import { firstOf } from "./territory.ts";

// layout.ts's and lanes/layout.ts's: see ../page-pool.ts.
const H_BITS = 8;
const H_REMOTE = 9;
const H_OWN = 13;
const H_TERRITORY = 14;
const H_PAGES = 16;
const H_CODE = 22;
const H_MAIL = 23;
const H_LATE = 25;
const M_ROOT = 1;
const M_INBOX = 2;
const OWNER = 127;
const TABLE = 600;
const E_FREE = 0;
const E_PAGES = 0xfffff;
const E_GIVEN = 0xb0000000 | 0;
const E_WAS_SLAB = 0xc0000000 | 0;
const E_WAS_LARGE = 0xe0000000 | 0;
const BITS_SHIFT = 3;

/** Takes back what was announced to a lane. Was there something? O(territories where something was freed). */
export function collect(w: Int32Array, lane: number): boolean {
  const mail = w[lane + H_MAIL];
  const words = ((w[H_PAGES] >>> w[H_TERRITORY]) + 31) >>> 5;
  let some = false;
  for (let root = Atomics.exchange(w, mail + M_ROOT, 0); root !== 0; root &= root - 1) {
    for (let i = lowestBit(root); i < words; i += 32) {
      if (w[mail + M_INBOX + i] === 0) continue;
      for (let bits = Atomics.exchange(w, mail + M_INBOX + i, 0); bits !== 0; bits &= bits - 1) {
        if (collectFrom(w, lane, (i << 5) + lowestBit(bits))) some = true;
      }
    }
  }
  return some;
}

/** The same, be it announced or not: of a thread that is stopped in a free for long, what it has yet to announce. O(pages of the lane). */
export function sweep(w: Int32Array, lane: number): boolean {
  let some = false;
  for (let t = 0; t < w[H_PAGES] >>> w[H_TERRITORY]; t++) if (collectFrom(w, lane, t)) some = true;
  return some;
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** What others freed in a territory, if it is still the lane's. */
function collectFrom(w: Int32Array, lane: number, territory: number): boolean {
  if ((w[w[H_OWN] + territory] & OWNER) !== w[lane + H_CODE]) return false;
  const bits = w[H_BITS];
  const remote = w[H_REMOTE] - bits;
  let some = false;
  const end = firstOf(w, territory + 1);
  for (let page = firstOf(w, territory); page < end; page++) {
    const entry = w[TABLE + page];
    if (entry >= E_GIVEN && entry < E_WAS_SLAB) {
      takeLarge(w, lane, page, entry & E_PAGES);
      some = true;
    }
    const words = bits + (page << BITS_SHIFT);
    const r = words + remote;
    // Mostly nothing is there.
    if ((w[r] | w[r + 1] | w[r + 2] | w[r + 3] | w[r + 4] | w[r + 5] | w[r + 6] | w[r + 7]) === 0) continue;
    for (let word = words; word < words + 8; word++) {
      if (w[word + remote] !== 0 && collectWord(w, lane, word, word + remote)) some = true;
    }
  }
  return some;
}

/** A large block that another lane freed becomes free pages. */
function takeLarge(w: Int32Array, lane: number, page: number, pages: number): void {
  Atomics.store(w, TABLE + page, E_WAS_LARGE | pages);
  if (pages > 1) w[TABLE + page + pages - 1] = E_FREE;
  giveRun(w, lane, page, pages);
}

/** Was a block of a word freed by others? */
function collectWord(w: Int32Array, lane: number, word: number, remote: number): boolean {
  const entry = w[TABLE + ((word - w[H_BITS]) >>> BITS_SHIFT)];
  if (!takeWord(w, lane, word, remote, entry > 0)) return false;
  if (!isCursor(w, lane, entry, word)) offer(w, lane, entry, word);
  return true;
}

/** Takes a remote word's bits, and counts those of blocks that were free. Were there others? */
export function takeWord(w: Int32Array, lane: number, word: number, remote: number, isSlab: boolean): boolean {
  const before = w[word];
  const freed = takeRemote(w, word, remote, isSlab);
  // In no slab, or free before: it was freed twice, by threads that knew nothing of each other.
  const late = isSlab ? before & freed : freed;
  if (late !== 0) w[lane + H_LATE] += countBits(late);
  return (freed & ~late) !== 0;
}

/** Takes the bits of a remote word away, once they are in the owner's word, if that is a slab's; these bits. */
export function takeRemote(w: Int32Array, word: number, remote: number, isSlab: boolean): number {
  const before = w[word];
  // Plainly: bits that were there stay, until this thread takes them away; whether there are more by now the exchange tells.
  let freed = w[remote];
  // At most once more for each bit that is yet to come.
  for (;;) {
    if (isSlab) w[word] = before | freed;
    const now = Atomics.compareExchange(w, remote, freed, 0);
    if (now === freed) return freed;
    freed = now;
  }
}

function isCursor(w: Int32Array, lane: number, entry: number, word: number): boolean {
  return w[lane + ((entry & 127) << 3)] === word;
}

function countBits(word: number): number {
  let count = 0;
  for (let bits = word; bits !== 0; bits &= bits - 1) count++;
  return count;
}
