/** The small synthetic loops: each one question, asked a thousand times. A new loop goes into `../../worker/loops.ts`. */
import { random } from "../../base/random.ts";
import { ALLOCATE, FREE, makeProgram } from "../../subjects/events.ts";
import { batch, bulk, churn, type HeapWork, pairs } from "../../worker/loops.ts";
import type { HeapWorkload } from "../workload.ts";

const LIVE = 16_384;
/** Where many blocks in one call are compared with a call for each. */
const BULK = { for: ["slab", "wasm", "native", "native-c"], match: "bulk" };

type More = Partial<HeapWorkload>;

const pair = (name: string, what: string, load: HeapWorkload["load"], more: More = {}): HeapWorkload => ({
  ...{ kind: "heap", group: "micro", level: "default", unit: "pair", name, what, load, ...more },
});

export const MICRO: readonly HeapWorkload[] = [
  pair("pairs", "one 64-byte block at a time: allocate, free", () => pairsOf(64, LIVE), { level: "quick" }),
  pair(
    "batch",
    "16,384 blocks of 64 bytes: all allocated, then all freed, oldest first",
    () => batchOf(64, LIVE, "fifo"),
    { level: "quick" },
  ),
  pair("lifo", "1,024 blocks of 64 bytes: all allocated, then all freed, newest first", () =>
    batchOf(64, 1024, "lifo"),
  ),
  pair("churn", "16,384 live blocks of 16–1,023 bytes, replaced at random", () => churnOf(LIVE)),
  pair("bulk", "1,024 blocks of 64 bytes by allocateMany and freeMany; per block", () => bulkOf(64, 1024), BULK),
  pair("one-by-one", "the same blocks, each by allocate and free", () => batchOf(64, 1024, "fifo"), BULK),
];

const SIZES = { "1k": 1e3, "10k": 1e4, "100k": 1e5, "1m": 1e6 };

/** The same questions by the number of live blocks. */
export const SCALING: readonly HeapWorkload[] = [
  ...Object.entries(SIZES).map(([live, count]) => {
    const only = ["slab", "assemblyscript", ...(live === "1m" ? [] : ["npm-malloc", "uint8array"])];
    return pair(`churn-${live}`, `the same with ${live} live`, () => churnOf(count), {
      ...{ group: "scaling", match: "churn-scaling", only },
    });
  }),
  ...Object.entries(SIZES).map(([live, count]) => {
    const only = ["slab", "assemblyscript", "uint8array"];
    return pair(`batch-${live}`, `batch with ${live} live`, () => batchOf(64, count, "fifo"), {
      ...{ group: "scaling", match: "batch-scaling", only },
    });
  }),
];

/** One block of `size` bytes at a time. */
export function pairsOf(size: number, count: number): HeapWork {
  const program = makeProgram(2 * count, 1, (at) => {
    for (let i = 0; i < 2 * count; i++) at(i, i & 1 ? FREE : ALLOCATE, 0, i & 1 ? 0 : size);
  });
  return { program, prelude: 0, loop: pairs(size), events: 2 * count, eventsPerUnit: 2 };
}

/** `count` blocks live: all allocated, then all freed. */
export function batchOf(size: number, count: number, order: "fifo" | "lifo"): HeapWork {
  const program = makeProgram(2 * count, count, (at) => {
    for (let i = 0; i < count; i++) {
      at(i, ALLOCATE, i, size);
      at(count + i, FREE, order === "fifo" ? i : count - 1 - i, 0);
    }
  });
  return { program, prelude: 0, loop: batch(count, size, order), events: 2 * count, eventsPerUnit: 2 };
}

/** The same, by one call for all of them, and one to free them. */
export function bulkOf(size: number, count: number): HeapWork {
  return { ...batchOf(size, count, "fifo"), loop: bulk(count, size) };
}

/** `live` blocks of 16 to 1,023 bytes, replaced one by one at random. */
export function churnOf(live: number): HeapWork {
  const next = random(live);
  const size = (): number => 16 + next(1008);
  const steps = Math.max(65_536, live);
  const slots = new Int32Array(steps);
  const sizes = new Int32Array(steps);
  const program = makeProgram(live + 2 * steps, live, (at) => {
    for (let i = 0; i < live; i++) at(i, ALLOCATE, i, size());
    for (let i = 0; i < steps; i++) {
      slots[i] = next(live);
      sizes[i] = size();
      at(live + 2 * i, FREE, slots[i]!, 0);
      at(live + 2 * i + 1, ALLOCATE, slots[i]!, sizes[i]!);
    }
  });
  return { program, prelude: live, loop: churn(slots, sizes), events: 2 * steps, eventsPerUnit: 2 };
}
