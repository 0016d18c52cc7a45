/** Whole serving traces: one that is made, and a real one where it is. Requests one after another: find, allocate, register, release. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { generateTrace } from "@ariax/kv-pager/plan";
import type { Books } from "../../subjects/kv/books.ts";

/** The blocks of each request: request r has `keys[starts[r]]` to `keys[starts[r + 1]]`, numbers from 0 on. */
export interface BlockTrace {
  readonly starts: Int32Array;
  readonly keys: Int32Array;
  /** How many different ones there are. */
  readonly different: number;
}

export interface TraceWorkload {
  readonly name: string;
  readonly what: string;
  /** Blocks that are found in `TRACE_BLOCKS`: by the reference of the planner's tests, and by vLLM's own manager. */
  readonly hits: number;
  /** Why it is not here, where it is not. */
  readonly missing: () => string | undefined;
  readonly load: () => BlockTrace;
}

const CONVERSATION = "mooncake-conversation.jsonl.gz";

export const TRACE_BLOCKS = 10_000;

export const TRACES: readonly TraceWorkload[] = [
  {
    ...{ name: "generated", what: "12,000 requests of four tenants, made by seed 1", hits: 70_586 },
    missing: () => undefined,
    load: () => blockTrace([...generateTrace({ requests: 12_000 })]),
  },
  {
    ...{ name: "conversation", what: "Mooncake's hour of chat (FAST'25), 12,031 requests", hits: 61_046 },
    missing: () =>
      existsSync(pathOf(CONVERSATION)) ? undefined : `$ARIAX_KV_TRACES names no folder of ${CONVERSATION}`,
    load: () => blockTrace(readLines(CONVERSATION)),
  },
];

/** Goes through a trace with books that are new, and counts the blocks that were there. */
export function serve(books: Books, { starts, keys }: BlockTrace): number {
  let ids = new Int32Array(1024);
  let hits = 0;
  for (let r = 0; r + 1 < starts.length; r++) {
    const from = starts[r]!;
    const n = starts[r + 1]! - from;
    if (n > ids.length) ids = new Int32Array(2 * n);
    let found = 0;
    for (; found < n; found++) {
      const id = books.find(keys[from + found]!);
      if (id === 0) break;
      ids[found] = id;
    }
    books.touch(ids, found);
    books.allocate(n - found, ids, found);
    for (let i = found; i < n; i++) books.register(ids[i]!, keys[from + i]!);
    books.release(ids, n);
    hits += found;
  }
  return hits;
}

function blockTrace(requests: readonly { readonly hash_ids: readonly number[] }[]): BlockTrace {
  const numbers = new Map<number, number>();
  const keys: number[] = [];
  const starts = [0];
  for (const { hash_ids } of requests) {
    for (const id of hash_ids) {
      const number = numbers.get(id) ?? numbers.size;
      numbers.set(id, number);
      keys.push(number);
    }
    starts.push(keys.length);
  }
  return { starts: Int32Array.from(starts), keys: Int32Array.from(keys), different: numbers.size };
}

/** In `$ARIAX_KV_TRACES`, or in `shared/kv-traces` beside the repository or above it. */
const pathOf = (file: string): string => join(process.env.ARIAX_KV_TRACES || folderAbove(import.meta.dirname), file);

function readLines(file: string): { hash_ids: number[] }[] {
  const lines = gunzipSync(readFileSync(pathOf(file)))
    .toString()
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as { hash_ids: number[] });
}

function folderAbove(dir: string): string {
  const here = join(dir, "shared/kv-traces");
  return existsSync(here) || dirname(dir) === dir ? here : folderAbove(dirname(dir));
}
