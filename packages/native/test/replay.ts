/** A recorded trace on three heaps: every block is written, in every heap with the same bytes. */
import { ALLOCATE, FREE, type Trace } from "@ariax/trace";
import { Refusal, type Three } from "./three.ts";

/** Bytes of a block that are written: all of most of them. */
const WRITTEN = 256;

/** Runs all events; control blocks are compared every 1,000, all bytes every `every` and at the end. What stays live is freed. */
export function replay(three: Three, { op, slot, size, events, slots }: Trace, every: number): void {
  const live = new Uint32Array(slots);
  for (let e = 0; e < events; e++) {
    const [s, bytes] = [slot[e], size[e]];
    const offset = live[s];
    if (op[e] === FREE) {
      if (offset !== 0) three.call("free", (heap) => heap.free(offset));
      live[s] = 0;
    } else if (op[e] === ALLOCATE || offset !== 0) {
      const made =
        op[e] === ALLOCATE
          ? three.call("tryAllocate", (heap) => heap.tryAllocate(bytes))
          : three.call("reallocate", (heap) => heap.reallocate(offset, bytes));
      // A reallocation that finds no room leaves its block.
      if (!(made instanceof Refusal)) live[s] = made;
      if (typeof made === "number" && made !== 0) three.write(made, Math.min(bytes, WRITTEN), e);
    }
    if (e % 1000 === 999) three.compareControl();
    if (e % every === every - 1) three.compare();
  }
  three.compareState();
  three.compare();
  three.call("freeMany", (heap) => heap.freeMany(Int32Array.from(live.filter((offset) => offset !== 0))));
  three.compareState();
  three.compare();
}
