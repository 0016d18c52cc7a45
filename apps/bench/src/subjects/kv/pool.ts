import { BlockPool } from "@ariax/kv-pager";
import type { Books } from "./books.ts";
import type { BlockKeys } from "./keys.ts";

/** Closures over a pool that is a constant of theirs, as an engine's own module has it. */
export function poolBooks(blocks: number, { words }: BlockKeys): Books {
  const pool = new BlockPool({ blocks, policy: "vllm" });
  return {
    allocate: (n, ids, at) => pool.allocate(n, ids, at),
    touch: (ids, n) => pool.touch(ids, 0, n),
    release: (ids, n) => pool.release(ids, 0, n),
    register: (id, key) => pool.register(id, words, 8 * key),
    find: (key) => pool.find(words, 8 * key),
    findPrefix: (first, n, ids) => pool.findPrefix(words, 8 * first, n, ids),
  };
}
