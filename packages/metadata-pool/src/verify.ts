import { CorruptionError } from "@ariax/allocator";
import { verify } from "@ariax/bitset";
import { type HandleBits, handleBits, OLD } from "./handle.ts";
import {
  expect,
  FREE_COUNT,
  HEADER,
  hex,
  LAST_OLD,
  type Layout,
  LIVED_COUNT,
  NEXT_FREE,
  OLD_COUNT,
  RETIRED_COUNT,
} from "./layout.ts";
import { isFreeOld, type Slots } from "./slots.ts";

/** Walks every invariant of a pool; throws `CorruptionError` naming the first broken one. O(capacity). */
export function verifyPool(slots: Slots, layout: Layout): void {
  const { words, table, old, capacity } = slots;
  verifyHeader(words, layout);
  try {
    verify(old);
  } catch (error) {
    throw new CorruptionError(`in the old slots, ${(error as Error).message.replace("corrupted: ", "")}`);
  }
  const lived = words[LIVED_COUNT];
  expect(lived >= 0 && lived <= capacity, () => `${lived} of ${capacity} slots are said to have lived`);
  const bits = handleBits(capacity, layout.generationBits);
  let [free, retired] = [0, 0];
  for (let slot = 0; slot < capacity; slot++) {
    const word = table[slot];
    const kind = kindOf(word, slot, layout.firstLife, bits);
    if (kind === "free") free++;
    else if (kind === "retired") retired++;
    expect((word === 0) === slot >= lived, () => `slot ${slot} of ${lived} that have lived has the word ${hex(word)}`);
    expect(kind === "old" || !isFreeOld(slots, slot), () => `slot ${slot} is said to be old and free, and is ${kind}`);
  }
  const counted = (word: number, right: number, what: string): void =>
    expect(words[word] === right, () => `${right} slots are ${what}, ${words[word]} are counted`);
  counted(FREE_COUNT, free, "young and free");
  const last = words[LAST_OLD];
  expect(
    last >= 0 && last <= capacity && !(last > 0 && old.has(last - 1)),
    () => `slot ${last - 1} can't be the old one that was released last`,
  );
  counted(OLD_COUNT, old.count + Math.min(last, 1), "old and free");
  counted(RETIRED_COUNT, retired, "retired");
  verifyList(slots);
}

/** What a slot's word says, where it says anything. An old slot is live unless it is in the set. */
function kindOf(
  word: number,
  slot: number,
  firstLife: number,
  { span, lives, youngLives }: HandleBits,
): "live" | "free" | "old" | "retired" | "new" {
  if (word === 0) return "new";
  if (word === ~OLD) return "retired";
  const distance = word < 0 ? ~word : word;
  if (distance < OLD) {
    const life = Math.floor(distance / span);
    const isOwn = word < 0 || distance % span === slot;
    if (isOwn && life >= firstLife && life <= youngLives) return word > 0 ? "live" : "free";
  } else if (word < 0 && distance > OLD + youngLives && distance <= OLD + lives) return "old";
  throw new CorruptionError(`slot ${slot} has the word ${hex(word)}, which is no slot's`);
}

/** Every young slot that is free once, from `next_free` on. Behind the last there is 0, as where there are none. */
function verifyList({ words, table, capacity, span }: Slots): void {
  const seen = new Uint8Array(capacity);
  const count = words[FREE_COUNT];
  let slot = words[NEXT_FREE];
  for (let i = 0; i < count; i++) {
    const state = ~table[slot];
    const isFree = slot >= 0 && slot < capacity && state >= 0 && state < OLD;
    expect(isFree && seen[slot] === 0, () => {
      return `entry ${i} of the ${count} free slots is slot ${slot}, which ${isFree ? "was there before" : "is not free"}`;
    });
    seen[slot] = 1;
    slot = state & (span - 1);
  }
  expect(slot === 0, () => `the list of the ${count} free slots ends at ${slot}, not at 0`);
}

/** Throws `CorruptionError` unless the header is that of `layout`. */
function verifyHeader(words: Int32Array, { header }: Layout): void {
  for (let i = 0; i < HEADER; i++) {
    if (i >= FREE_COUNT && i <= LAST_OLD) continue;
    const right = header[i] ?? 0;
    expect(words[i] === right, () => `word ${i} of the header is ${hex(words[i])}, not ${hex(right)}`);
  }
}
