/** Whose books are measured. Each is loaded where it is measured only; to add one: a file beside this one, and an entry here. */
import type { Books } from "./books.ts";
import type { BlockKeys } from "./keys.ts";

export interface BooksSubject {
  readonly name: string;
  readonly origin: "ours" | "rival" | "loop";
  readonly what: string;
  readonly load: () => Promise<MakeBooks>;
}

/** Books of so many blocks, all empty. */
export type MakeBooks = (blocks: number, keys: BlockKeys) => Books;

export const BOOKS: readonly BooksSubject[] = [
  {
    ...{ name: "pool", origin: "ours", what: "BlockPool of @ariax/kv-pager, keys of 256 bits" },
    load: async () => (await import("./pool.ts")).poolBooks,
  },
  {
    ...{
      name: "objects",
      origin: "rival",
      what: "vLLM's design, written down in JavaScript: objects that are linked, a Map by hexadecimal key",
    },
    load: async () => {
      const { ObjectBooks } = await import("./objects.ts");
      return (blocks, keys) => new ObjectBooks(blocks, keys);
    },
  },
  {
    ...{
      name: "map",
      origin: "rival",
      what: "as most people would: a Map by hexadecimal key, arrays by id, a Set as the line",
    },
    load: async () => {
      const { MapBooks } = await import("./map.ts");
      return (blocks, keys) => new MapBooks(blocks, keys);
    },
  },
  {
    ...{ name: "nothing", origin: "loop", what: "no books: what the loop itself takes" },
    load: async () => {
      const { NoBooks } = await import("./no-books.ts");
      return () => new NoBooks();
    },
  },
];
