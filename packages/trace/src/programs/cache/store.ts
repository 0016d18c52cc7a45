/** What a cache's store does: over a heap, and as a `Map` of objects. Values are words, lengths bytes. */
export interface CacheStore {
  /** Of the value's first and last word, and it is the newest now; `MISSED` where there is none. */
  get(key: number): number;
  /** A new value of that length, all of its words the key but the last: the newest. */
  put(key: number, length: number): void;
  lengthOf(key: number): number;
  /** The value, longer by so many bytes; whether there was no room for them. */
  append(key: number, bytes: number): boolean;
  /** It is gone; what was read of it. */
  remove(key: number): number;
  /** The one that was not asked for the longest. */
  oldestLength(): number;
  evict(): number;
  /** The memory may be another by now. */
  follow(): void;
}

/** No sum is one. */
export const MISSED = -1;

/** What a value that needs `bytes` has room for next. */
export const roomFor = (bytes: number, room: number): number => Math.max(bytes, 4 * ((room + (room >> 1)) >> 2));
