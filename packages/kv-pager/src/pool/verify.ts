import { CorruptionError } from "@ariax/allocator";
import { verify } from "@ariax/bitset";
import { find, idIn } from "./key-index.ts";
import {
  BACK,
  CACHED,
  DROPPED,
  EMPTY,
  expect,
  HOLDS,
  KEY,
  KEY_WORDS,
  MAX_REFS,
  NEXT,
  PIN,
  PINNED,
  PREV,
  TERMS,
  TWIN,
} from "./layout.ts";
import { hasKey, isCached, type PoolState, priorityOf } from "./state.ts";

/** Walks every invariant of a pool; throws `CorruptionError` naming the first broken one. O(blocks). */
export function verifyPool(s: PoolState): void {
  const { header } = s.layout;
  header.forEach((right, i) => {
    expect(s.words[i] === right, () => `word ${i} of the header is ${s.words[i]}, not ${right}`);
  });
  verifyBlocks(s);
  verifyIndex(s);
  verifyLines(s);
  verifyTerms(s);
}

/** Each block is one of empty, cached and in use, and the counts are theirs. */
function verifyBlocks(s: PoolState): void {
  try {
    verify(s.empty);
  } catch (error) {
    throw new CorruptionError(`in the empty blocks, ${(error as Error).message.replace("corrupted: ", "")}`);
  }
  expect(!s.empty.has(0) && !isCached(s, 0), () => "block 0 is empty or cached, and there is none");
  const behind = s.words[s.cached + (s.blocks >>> 5)] & (-2 << s.blocks);
  expect(behind === 0, () => "a block behind the last one counts as cached");
  let [empty, cached, pinned] = [0, 0, 0];
  for (let id = 1; id <= s.blocks; id++) {
    const holds = s.words[16 * id + HOLDS];
    expect(holds >= 0, () => `block ${id} is held ${holds} times`);
    const [isFree, keyed] = [holds === 0, hasKey(s, id)];
    const state = () => `${holds & MAX_REFS} references, ${holds >>> 23} pins and ${keyed ? "a" : "no"} key`;
    expect(s.empty.has(id) === (isFree && !keyed), () => {
      return `block ${id} ${s.empty.has(id) ? "counts" : "does not count"} as empty, with ${state()}`;
    });
    expect(isCached(s, id) === (isFree && keyed), () => {
      return `block ${id} ${isCached(s, id) ? "counts" : "does not count"} as cached, with ${state()}`;
    });
    if (s.empty.has(id)) empty++;
    if (isCached(s, id)) cached++;
    if (holds >= PIN) pinned++;
    // `releaseAll` counts on it.
    const next = s.words[16 * id + NEXT];
    expect(isFree || next === 0, () => `block ${id} is in use, and its link is ${next}`);
  }
  const { words } = s;
  expect(words[EMPTY] === empty, () => `${words[EMPTY]} blocks are said to be empty, ${empty} are`);
  expect(words[CACHED] === cached, () => `${words[CACHED]} blocks are said to be cached, ${cached} are`);
  expect(words[PINNED] === pinned, () => `${words[PINNED]} blocks are said to be pinned, ${pinned} are`);
  const limit = s.layout.pinLimit;
  expect(pinned <= limit, () => `${pinned} blocks are pinned, and ${limit} may be`);
  const dropped = words[DROPPED];
  expect(dropped >= 0 && dropped <= s.blocks, () => `${dropped} keys are said to be dropped, of ${s.blocks} blocks`);
}

/** Each key is found, each block with a key stands once in the ring of the one that is found, and no other slot has an id. */
function verifyIndex(s: PoolState): void {
  const { words, blocks } = s;
  const { slots } = s.layout;
  let used = 0;
  for (let slot = 0; slot < slots; slot++) if (idIn(s, slot) !== 0) used++;
  // A lookup ends at a free slot.
  expect(used <= blocks, () => `${used} slots of the index are in use, for ${blocks} blocks`);
  const seen = new Uint8Array(blocks + 1);
  for (let slot = 0; slot < slots; slot++) {
    const first = idIn(s, slot);
    if (first === 0) continue;
    expect(
      first > 0 && first <= blocks && hasKey(s, first),
      () => `slot ${slot} of the index has block ${first}, which has no key`,
    );
    const key = 16 * first + KEY;
    const found = find(s, words, key);
    expect(found === first, () => `the key of block ${first} in slot ${slot} finds block ${found}`);
    let id = first;
    do {
      expect(
        hasKey(s, id) && seen[id] === 0,
        () => `block ${id} in the ring of ${first} has no key, or was there before`,
      );
      seen[id] = 1;
      for (let i = 0; i < KEY_WORDS; i++) {
        expect(
          words[16 * id + KEY + i] === words[key + i],
          () => `block ${id} in the ring of ${first} has another key`,
        );
      }
      const after = words[16 * id + TWIN];
      expect(
        after > 0 && after <= blocks && words[16 * after + BACK] === id,
        () => `block ${id} has ${after} behind it`,
      );
      id = after;
    } while (id !== first);
  }
  for (let id = 1; id <= blocks; id++) {
    expect((seen[id] === 1) === hasKey(s, id), () => `block ${id} has a key, and cannot be found`);
  }
}

/** Each cached block stands once in the lists of its priority, and nothing else does. */
function verifyLines(s: PoolState): void {
  const { words, blocks } = s;
  const { priorities, kind, lists } = s.layout;
  const seen = new Uint8Array(blocks + 1);
  let count = 0;
  for (let list = 0; list < lists; list++) {
    const anchor = blocks + 1 + list;
    for (let [before, id] = [anchor, words[16 * anchor + NEXT]]; ; [before, id] = [id, words[16 * id + NEXT]]) {
      const isThere = id > 0 && id <= blocks + lists && words[16 * id + PREV] === before;
      expect(isThere, () => `behind ${before} in list ${list} is ${id}`);
      if (id === anchor) break;
      const isHere = id <= blocks && seen[id] === 0 && isCached(s, id);
      expect(isHere && priorityOf(s, id) === Math.floor(list / kind.lists), () => {
        return `block ${id} does not belong to list ${list}, of ${kind.lists} each for ${priorities} priorities`;
      });
      seen[id] = 1;
      count++;
    }
  }
  expect(count === words[CACHED], () => `${count} blocks stand in line, ${words[CACHED]} are cached`);
}

/** The heap is one, and has the blocks that say so. */
function verifyTerms(s: PoolState): void {
  const { heap, place, until, blocks, priority } = s;
  const terms = s.words[TERMS];
  expect(terms >= 0 && terms <= Math.max(heap.length - 1, 0), () => `${terms} priorities are said to end`);
  for (let i = 1; i <= terms; i++) {
    const id = heap[i];
    expect(
      id > 0 && id <= blocks && place[id] === i && priority[id] > 0,
      () => `block ${id} is wrong at ${i} of the terms`,
    );
    expect(
      i === 1 || until[heap[i >> 1]] <= until[id],
      () => `the term of block ${id} ends before that of ${heap[i >> 1]}`,
    );
  }
  let placed = 0;
  for (let id = 1; id < place.length; id++) {
    if (place[id] !== 0) placed++;
    const isRight = priority[id] < s.layout.priorities && !(priority[id] > 0 && s.empty.has(id));
    expect(isRight, () => `block ${id} has priority ${priority[id]}`);
  }
  expect(placed === terms, () => `${placed} blocks say that they have a term, ${terms} do`);
}
