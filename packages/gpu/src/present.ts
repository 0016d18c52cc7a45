/** What a heap says when it is printed, and when somebody tries to send it. */
import { bytes, counted, postBuffer, type Words } from "@ariax/allocator/implement";
import type { RangeStats } from "./stats.ts";

/** What is said of it. */
interface Heap {
  readonly capacity: number;
  stats(): RangeStats;
}

export const SAID: Words<Heap> = {
  name: () => "RangeHeap",
  parts: (it) => {
    const { blocks, live, free, deferredBytes } = it.stats();
    const parts = [bytes(it.capacity), counted(blocks, "block"), `${bytes(live)} live`, `${bytes(free)} free`];
    return deferredBytes === 0 ? parts : [...parts, `${bytes(deferredBytes)} deferred`];
  },
  what: "a heap",
  send: /* @__PURE__ */ postBuffer("heap.buffer", "RangeHeap.attach(buffer)"),
};
