import { CorruptionError } from "@ariax/allocator";
import { verify } from "@ariax/bitset";
import { find, idIn } from "./key-index.ts";
import { CACHED, DROPPED, EMPTY, expect, KEY_WORDS, PINNED, TERMS } from "./layout.ts";
import { hasKey, isUsed, type PoolState, priorityOf } from "./state.ts";

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
  expect(!s.empty.has(0) && (s.cached[0] & 1) === 0, () => "block 0 is empty or cached, and there is none");
  let [empty, cached, pinned] = [0, 0, 0];
  for (let id = 1; id <= s.blocks; id++) {
    const [refs, pins] = [s.refs[id], s.pins[id]];
    expect(refs >= 0 && pins >= 0, () => `block ${id} has ${refs} references and ${pins} pins`);
    const isFree = !isUsed(s, id);
    const [isEmpty, isCached] = [s.empty.has(id), ((s.cached[id >>> 5] >>> id) & 1) === 1];
    expect(isEmpty === (isFree && !hasKey(s, id)), () => {
      return `block ${id} ${isEmpty ? "counts" : "does not count"} as empty, with ${refs} references, ${pins} pins and ${hasKey(s, id) ? "a" : "no"} key`;
    });
    expect(isCached === (isFree && hasKey(s, id)), () => {
      return `block ${id} ${isCached ? "counts" : "does not count"} as cached, with ${refs} references, ${pins} pins and ${hasKey(s, id) ? "a" : "no"} key`;
    });
    if (isEmpty) empty++;
    if (isCached) cached++;
    if (pins > 0) pinned++;
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
  const seen = new Uint8Array(s.blocks + 1);
  for (let slot = 0; slot < s.layout.slots; slot++) {
    const first = idIn(s, slot);
    if (first === 0) continue;
    expect(
      first <= s.blocks && hasKey(s, first),
      () => `slot ${slot} of the index has block ${first}, which has no key`,
    );
    const at = KEY_WORDS * first;
    expect(
      find(s, s.keys, at) === first,
      () => `the key of block ${first} in slot ${slot} finds ${find(s, s.keys, at)}`,
    );
    let id = first;
    do {
      expect(
        hasKey(s, id) && seen[id] === 0,
        () => `block ${id} in the ring of ${first} has no key, or was there before`,
      );
      seen[id] = 1;
      for (let i = 0; i < KEY_WORDS; i++) {
        expect(
          s.keys[KEY_WORDS * id + i] === s.keys[at + i],
          () => `block ${id} in the ring of ${first} has another key`,
        );
      }
      const after = s.twins[id];
      expect(
        after > 0 && after <= s.blocks && s.twinsBack[after] === id,
        () => `behind block ${id} in its ring is ${after}`,
      );
      id = after;
    } while (id !== first);
  }
  for (let id = 1; id <= s.blocks; id++) {
    expect((seen[id] === 1) === hasKey(s, id), () => `block ${id} has a key, and cannot be found`);
  }
}

/** Each cached block stands once in the lists of its priority, and nothing else does. */
function verifyLines(s: PoolState): void {
  const { next, prev, blocks, counts } = s;
  const { priorities, kind } = s.layout;
  const seen = new Uint8Array(blocks + 1);
  for (let line = 0; line < priorities; line++) {
    let count = 0;
    for (let list = line * kind.lists; list < (line + 1) * kind.lists; list++) {
      const anchor = blocks + 1 + list;
      for (let [before, id] = [anchor, next[anchor]]; ; [before, id] = [id, next[id]]) {
        expect(id > 0 && id < next.length && prev[id] === before, () => `behind ${before} in list ${list} is ${id}`);
        if (id === anchor) break;
        const isHere = id <= blocks && seen[id] === 0 && ((s.cached[id >>> 5] >>> id) & 1) === 1;
        expect(isHere && priorityOf(s, id) === line, () => `block ${id} does not belong to list ${list}`);
        seen[id] = 1;
        count++;
      }
    }
    expect(
      counts[line] === count,
      () => `${counts[line]} blocks are said to have priority ${line}, ${count} stand in line`,
    );
  }
  const cached = counts.reduce((sum, count) => sum + count, 0);
  expect(cached === s.words[CACHED], () => `${cached} blocks stand in line, ${s.words[CACHED]} are cached`);
}

/** The heap is one, and has the blocks that say so. */
function verifyTerms(s: PoolState): void {
  const { heap, place, until, blocks, priority } = s;
  const terms = s.words[TERMS];
  expect(terms >= 0 && terms < Math.max(heap.length, 1), () => `${terms} priorities are said to end`);
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
    expect(priority[id] < s.layout.priorities && !(s.empty.has(id) && priority[id] > 0), () => {
      return `block ${id} has priority ${priority[id]}`;
    });
  }
  expect(placed === terms, () => `${placed} blocks say that they have a term, ${terms} do`);
}
