/**
 * Operations on the books of a key/value cache. A batch leaves the books as it found them, so that the next one is the same work.
 * Blocks belong to prompts of 128, as a prompt of 2,048 tokens has them; prompts are asked for in random order.
 */
import { Random } from "@ariax/trace";
import type { Books } from "../../subjects/kv/books.ts";

export interface Operation {
  readonly name: string;
  readonly what: string;
  /** Blocks, or calls where a call is of one block, in a batch of `blocks` in all. */
  readonly units: number;
  /** Also with 1,000 to 1,000,000 blocks. */
  readonly isScaled?: true;
  /** Keys that it needs for so many blocks. */
  readonly keys: (blocks: number) => number;
  /** Sets the scene, and returns the batch, which returns `expected`. */
  readonly prepare: (books: Books, blocks: number) => () => number;
  readonly expected: number;
}

/** Blocks of vLLM's own figures. */
export const BLOCKS = 24_576;
export const SCALE = [1000, 10_000, 100_000, 1_000_000];
const PROMPT = 128;
/** Prompts that a batch asks for: of each, the next ones of a random order. */
const ORDER = 4096;

const none = (): number => 0;

/** Allocates so many, and lets them go, until a batch has 512. */
const pairs = (n: number): Operation => ({
  ...{
    name: `allocate + release, ${n}`,
    what: n === 1 ? "an empty block" : `${n} empty blocks at once`,
    units: 512,
    expected: 0,
    keys: none,
  },
  ...(n === 64 && { isScaled: true as const }),
  prepare(books) {
    const ids = new Int32Array(n);
    const times = 512 / n;
    return () => {
      for (let i = 0; i < times; i++) {
        books.allocate(n, ids, 0);
        books.release(ids, n);
      }
      return 0;
    };
  },
});

export const OPERATIONS: readonly Operation[] = [
  ...[1, 16, 64, 512].map(pairs),
  {
    ...{ name: "touch + release, 512", what: "512 cached blocks in use, and let go again", units: 512, expected: 0 },
    keys: () => 512,
    prepare(books) {
      const ids = new Int32Array(512);
      books.allocate(512, ids, 0);
      for (let i = 0; i < 512; i++) books.register(ids[i]!, i);
      books.release(ids, 512);
      return () => {
        books.touch(ids, 512);
        books.release(ids, 512);
        return 0;
      };
    },
  },
  {
    ...{ name: "find, hit", what: "a key that is there; any of all", units: 512, isScaled: true, expected: 512 },
    keys: (blocks) => blocks,
    prepare(books, blocks) {
      fill(books, blocks, blocks);
      return finder(books, orderOf(blocks, 8 * ORDER));
    },
  },
  {
    ...{ name: "find, hit, prompt by prompt", what: "the 128 keys of a prompt, in order", units: 512, expected: 512 },
    isScaled: true,
    keys: (blocks) => blocks,
    prepare(books, blocks) {
      fill(books, blocks, blocks);
      const prompts = orderOf(Math.floor(blocks / PROMPT), ORDER);
      const ids = new Int32Array(PROMPT);
      let at = 0;
      return () => {
        let found = 0;
        for (let i = 0; i < 4; i++) {
          found += books.findPrefix(PROMPT * prompts[at]!, PROMPT, ids);
          at = (at + 1) & (ORDER - 1);
        }
        return found;
      };
    },
  },
  {
    ...{ name: "find, miss", what: "a key that is not there", units: 512, isScaled: true, expected: 0 },
    keys: (blocks) => 2 * blocks,
    prepare(books, blocks) {
      fill(books, blocks, blocks);
      return finder(
        books,
        orderOf(blocks, 8 * ORDER).map((key) => key + blocks),
      );
    },
  },
  {
    name: "evict + allocate + register + release",
    what: "64 blocks of the cache are given to others, who fill and leave them",
    ...{ units: 64, isScaled: true, expected: 0 },
    keys: (blocks) => 2 * blocks,
    prepare(books, blocks) {
      fill(books, blocks, blocks);
      const ids = new Int32Array(64);
      const keys = 2 * blocks;
      let next = blocks;
      return () => {
        books.allocate(64, ids, 0);
        for (let i = 0; i < 64; i++) {
          books.register(ids[i]!, next);
          if (++next === keys) next = 0;
        }
        books.release(ids, 64);
        return 0;
      };
    },
  },
  {
    name: "a prompt that is there",
    what: "127 of 128 blocks are found and taken, one is allocated, all are let go",
    ...{ units: PROMPT, isScaled: true, expected: PROMPT - 1 },
    keys: (blocks) => blocks,
    prepare(books, blocks) {
      const prompts = Math.floor(blocks / PROMPT);
      // Of each prompt the last block stays empty.
      fill(books, blocks, prompts * (PROMPT - 1), PROMPT - 1);
      const order = orderOf(prompts, ORDER);
      const ids = new Int32Array(PROMPT);
      let at = 0;
      return () => {
        const first = order[at]! * (PROMPT - 1);
        at = (at + 1) & (ORDER - 1);
        const found = books.findPrefix(first, PROMPT - 1, ids);
        books.touch(ids, found);
        books.allocate(PROMPT - found, ids, found);
        books.release(ids, PROMPT);
        return found;
      };
    },
  },
];

/** The first `count` keys are in the books, prompt by prompt. */
function fill(books: Books, blocks: number, count: number, prompt: number = PROMPT): void {
  const ids = new Int32Array(prompt);
  for (let first = 0; first < count; first += prompt) {
    const n = Math.min(prompt, count - first);
    books.allocate(n, ids, 0);
    for (let i = 0; i < n; i++) books.register(ids[i]!, first + i);
    books.release(ids, n);
  }
  if (count > blocks) throw new Error(`${count} keys in ${blocks} blocks`);
}

/** Finds 512 of an order that begins anew, and counts those that are there. */
function finder(books: Books, order: Int32Array): () => number {
  const mask = order.length - 1;
  let at = 0;
  return () => {
    let found = 0;
    for (let i = 0; i < 512; i++) {
      if (books.find(order[at]!) !== 0) found++;
      at = (at + 1) & mask;
    }
    return found;
  };
}

function orderOf(count: number, length: number): Int32Array {
  const random = new Random(2);
  return Int32Array.from({ length }, () => random.below(count));
}
