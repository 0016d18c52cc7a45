import { type CacheStore, MISSED, roomFor } from "./store.ts";

interface Entry {
  value: Int32Array;
  length: number;
}

/** A `Map`, whose order is that of the last requests: what is asked for is taken out and put in again. Values are typed arrays. */
export function cacheInMap(_keys: number): CacheStore {
  const entries = new Map<number, Entry>();
  const sum = ({ value, length }: Entry): number => value[0] + value[(length >> 2) - 1];
  const remove = (key: number): number => {
    const read = sum(entries.get(key)!);
    entries.delete(key);
    return read;
  };
  const oldest = (): number => entries.keys().next().value!;
  return {
    follow() {},
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return MISSED;
      entries.delete(key);
      entries.set(key, entry);
      return sum(entry);
    },
    put(key, length) {
      const value = new Int32Array(length >> 2).fill(key);
      value[value.length - 1] = length;
      entries.set(key, { value, length });
    },
    lengthOf: (key) => entries.get(key)!.length,
    append(key, bytes) {
      const entry = entries.get(key)!;
      const length = entry.length + bytes;
      const room = 4 * entry.value.length;
      const isFull = length > room;
      if (isFull) {
        const wider = new Int32Array(roomFor(length, room) >> 2);
        wider.set(entry.value);
        entry.value = wider;
      }
      entry.value.fill(key, (length - bytes) >> 2, length >> 2);
      entry.value[(length >> 2) - 1] = length;
      entry.length = length;
      return isFull;
    },
    remove,
    oldestLength: () => entries.get(oldest())!.length,
    evict: () => remove(oldest()),
  };
}
