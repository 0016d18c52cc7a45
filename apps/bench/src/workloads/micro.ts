/** The small synthetic loops: each one question, asked a thousand times. */
import { batch, bulk, churn, pairs } from "../loops.ts";
import { ALLOCATE, FREE, makeProgram } from "../program.ts";
import { random } from "../random.ts";
import type { HeapWork } from "./work.ts";

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
