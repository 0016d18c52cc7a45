import type { Offset } from "@ariax/allocator";
import { newArray } from "../../arrays.ts";
import { Blocks } from "../blocks.ts";
import type { ProgramHeap } from "../program.ts";
import { type CacheStore, MISSED, roomFor } from "./store.ts";

/** Words of an entry. */
const [KEY, NEWER, OLDER, LENGTH, ROOM, VALUE] = [0, 1, 2, 3, 4, 5];
const NONE: Offset = 0;

/** Entries as blocks in one list, the newest first; offsets in a table by key. */
export function cacheInHeap(heap: ProgramHeap, keys: number): CacheStore {
  const blocks = new Blocks(heap);
  const entryAt = newArray(Uint32Array, keys);
  let newest: Offset = NONE;
  let oldest: Offset = NONE;

  const field = (entry: Offset, name: number): number => blocks.words[(entry >>> 2) + name];
  const offset = (entry: Offset, name: number): Offset => field(entry, name) >>> 0;
  const set = (entry: Offset, name: number, value: number): void => {
    blocks.words[(entry >>> 2) + name] = value;
  };
  /** The neighbours of a place in the list become these. */
  const join = (newer: Offset, older: Offset): void => {
    if (newer === NONE) newest = older;
    else set(newer, OLDER, older);
    if (older === NONE) oldest = newer;
    else set(older, NEWER, newer);
  };
  const toFront = (entry: Offset): void => {
    set(entry, NEWER, NONE);
    set(entry, OLDER, newest);
    if (newest === NONE) oldest = entry;
    else set(newest, NEWER, entry);
    newest = entry;
  };
  const sum = (entry: Offset): number => {
    const { words } = blocks;
    const first = (entry >>> 2) + VALUE;
    return words[first] + words[first + (words[(entry >>> 2) + LENGTH] >> 2) - 1];
  };
  const remove = (key: number): number => {
    const entry = entryAt[key];
    const read = sum(entry);
    join(offset(entry, NEWER), offset(entry, OLDER));
    entryAt[key] = NONE;
    blocks.free(entry);
    return read;
  };
  return {
    follow: () => blocks.follow(),
    get(key) {
      const entry = entryAt[key];
      if (entry === NONE) return MISSED;
      if (entry !== newest) {
        join(offset(entry, NEWER), offset(entry, OLDER));
        toFront(entry);
      }
      return sum(entry);
    },
    put(key, length) {
      const entry = blocks.allocate(4 * VALUE + length);
      entryAt[key] = entry;
      const { words } = blocks;
      const w = entry >>> 2;
      words[w + KEY] = key;
      words[w + LENGTH] = length;
      words[w + ROOM] = length;
      const end = w + VALUE + (length >> 2);
      words.fill(key, w + VALUE, end);
      words[end - 1] = length;
      toFront(entry);
    },
    lengthOf: (key) => field(entryAt[key], LENGTH),
    append(key, bytes) {
      let entry = entryAt[key];
      const length = field(entry, LENGTH) + bytes;
      const room = field(entry, ROOM);
      const isFull = length > room;
      if (isFull) {
        const wider = roomFor(length, room);
        const moved = blocks.reallocate(entry, 4 * VALUE + wider);
        if (moved !== entry) {
          // Its neighbours still know it by its old place.
          entryAt[key] = moved;
          const [newer, older] = [offset(moved, NEWER), offset(moved, OLDER)];
          if (newer === NONE) newest = moved;
          else set(newer, OLDER, moved);
          if (older === NONE) oldest = moved;
          else set(older, NEWER, moved);
          entry = moved;
        }
        set(entry, ROOM, wider);
      }
      const w = entry >>> 2;
      const end = w + VALUE + (length >> 2);
      blocks.words.fill(key, end - (bytes >> 2), end);
      blocks.words[end - 1] = length;
      set(entry, LENGTH, length);
      return isFull;
    },
    remove,
    oldestLength: () => field(oldest, LENGTH),
    evict: () => remove(field(oldest, KEY)),
  };
}
