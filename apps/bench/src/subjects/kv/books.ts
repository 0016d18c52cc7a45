/** The books of a key/value cache's blocks, as each subject keeps them. Blocks are ids; keys are made before, and known by their number. */
export interface Books {
  /** `n` blocks with one reference each, to `ids` from `at` on: empty ones, else those that are let go first. Throws where there are none. */
  allocate(n: number, ids: Int32Array, at: number): void;
  /** One reference more for the first `n` of `ids`. */
  touch(ids: Int32Array, n: number): void;
  /** One less for the first `n`, the last one first. */
  release(ids: Int32Array, n: number): void;
  /** The block holds what the key number `key` names. */
  register(id: number, key: number): void;
  /** A block with that key, or 0. */
  find(key: number): number;
  /** How many of the `n` keys from number `first` on are there, up to the first that is not; their blocks to `ids`. */
  findPrefix(first: number, n: number, ids: Int32Array): number;
}

/** The same by `find`, where there is nothing better. */
export function findEach(books: Pick<Books, "find">, first: number, n: number, ids: Int32Array): number {
  for (let i = 0; i < n; i++) {
    const id = books.find(first + i);
    if (id === 0) return i;
    ids[i] = id;
  }
  return n;
}
